import NeuralNet

extension DrawnProblem {
  /// A problem sampled from a range; the same seed gives the same problem.
  ///
  /// The sizes are log-uniform: inputs 8 to 64, classes 3 to 20 (or 2, in 30 %).
  /// Problems that the range's cap on operations keeps out are sampled anew as a whole.
  ///
  /// - Precondition: ``DrawnRange/validate()`` accepts the range.
  public static func sampled(seed: UInt64, from range: DrawnRange) -> DrawnProblem {
    do { try range.validate() } catch { preconditionFailure("sampled(seed:from:): \(error)") }
    var random = DrawnRandom(seed: seed, stream: .problem)
    let families = range.families.members
    while true {
      let convolves = range.convolutions > 0 && random.chance(Float(range.convolutions))
      let family = convolves ? .pictures : families[random.index(below: families.count)]
      var problem = candidate(seed: seed, family: family, range: range, using: &random)
      if convolves, problem.network.convolutions == 0 {
        problem.network.convolutions = 1 + random.index(below: 2)
      }
      guard range.keeps(problem, using: &random) else { continue }
      problem.network.regularize(share: range.regularization, seed: seed)
      problem.average(share: range.averaging)
      return problem
    }
  }

  private static func candidate(
    seed: UInt64, family: DrawnFamily, range: DrawnRange, using random: inout DrawnRandom
  ) -> DrawnProblem {
    let rule = family.rule
    let inputs = rule.sampleInputs(using: &random)
    let classes = rule.isRegression ? 0 : rule.sampleClasses(using: &random)
    let trainCount = random.logUniform(in: range.trainCounts)
    let labelNoise = random.chance(0.3) ? 0 : random.uniform(0, 0.3)
    let conditioning = random.chance(0.3) ? 1 : random.logUniform(1, 1000)
    let imbalance = random.chance(0.6) ? 0 : random.uniform(0.5, 3)
    let network = network(for: rule, range: range, using: &random)
    let mixed = optimizer(using: &random)
    let batchSize = range.batchSizes[random.index(below: range.batchSizes.count)]
    return DrawnProblem(
      seed: seed, family: family, inputs: inputs, classes: classes, trainCount: trainCount,
      validationCount: range.validationCount, labelNoise: Double(labelNoise),
      conditioning: Double(conditioning),
      imbalance: Double(imbalance),
      network: network, optimizer: range.optimizer ?? mixed, batchSize: batchSize,
      stepBudget: random.logUniform(in: range.budgets))
  }

  private static func network(
    for rule: any ExampleRule.Type, range: DrawnRange, using random: inout DrawnRandom
  ) -> DrawnNetwork {
    var layers = range.layers.lowerBound + random.index(below: range.layers.count)
    // Half of the linear models are replaced: they are easy, and all alike.
    if layers == 0, random.chance(0.5) { layers = min(1 + random.index(below: 3), range.layers.upperBound) }
    let activations = DrawnNetwork.Activation.allCases
    var network = DrawnNetwork(
      layers: layers, width: range.widths[random.index(below: range.widths.count)],
      activation: activations[random.index(below: activations.count)],
      layerNorm: random.chance(0.3),
      residual: random.chance(0.3),
      initialScale: Double(
        random.logUniform(Float(range.initialScales.lowerBound), Float(range.initialScales.upperBound))))
    if rule.allowsConvolutions, random.chance(0.3) {
      network.convolutions = 1 + random.index(below: 2)
    }
    return network
  }

  static func optimizer(using random: inout DrawnRandom) -> Optimizer.Configuration {
    let (place, decay) = (random.uniform(), random.chance(0.5) ? 0.01 : 0.1)
    return switch place {
    case ..<0.3: .adam()
    case ..<0.55: .momentum()
    case ..<0.7: .sgd
    case ..<0.88: .adamW(decay: decay)
    default: .rmsprop()
    }
  }
}

extension DrawnRange {
  /// Whether a problem is small enough, or one of the few above the cap that are let through.
  fileprivate func keeps(_ problem: DrawnProblem, using random: inout DrawnRandom) -> Bool {
    let excess = problem.operations / operations
    if excess <= 1 { return true }
    return excess <= reach && random.chance(Float(1 / excess))
  }
}

extension DrawnProblem {
  /// Chooses the runs that are judged by an average too, from random numbers of their own.
  mutating func average(share: Double) {
    guard share > 0, !optimizer.hasEvaluationWeights else { return }
    var random = DrawnRandom(seed: seed, stream: .averaging)
    if random.chance(Float(share)) { averaging = .polynomial }
  }
}

extension DrawnNetwork {
  /// Adds batch norm and dropout, from random numbers of their own: all else is as without them.
  fileprivate mutating func regularize(share: Double, seed: UInt64) {
    guard share > 0, layers > 0 || convolutions > 0 else { return }
    var random = DrawnRandom(seed: seed, stream: .regularization)
    let (normalizes, drops) = (random.chance(Float(share)), random.chance(Float(share)))
    if normalizes, !layerNorm { batchNorm = true }
    if drops, layers > 0 { dropout = Double(random.uniform(0.1, 0.5)) }
  }
}
