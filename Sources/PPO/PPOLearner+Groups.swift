import Foundation
import NeuralNet
import Randomness

extension PPOLearner {
  /// Improves the policy from episodes that come in groups, each judged by its group in place of a critic, which stays as
  /// it is.
  ///
  /// An episode's values say what it was worth before each step. Returns are sums of rewards: the discount, lambda, the entropy bonus and the critic's rate play no part.
  ///
  /// All or nothing: when it throws, the learner is as it was. The number of threads changes no bit.
  ///
  /// - Parameters:
  ///   - episodes: What the policy played.
  ///   - groups: The group of each episode: those of one problem, seed and initial rate.
  ///   - threads: How many threads to use, at least 1.
  ///   - generator: Shuffles.
  /// - Returns: How it went; what is about the critic is 0 or nil.
  /// - Throws: ``PPOError``, as ``update(episodes:using:)``.
  @discardableResult
  public mutating func update(
    episodes: [Episode], groups: [Int], threads: Int, using generator: inout SeededGenerator
  ) throws(PPOError) -> UpdateStatistics {
    try configuration.validate()
    try validate(episodes)
    let advantages = GroupAdvantages(episodes, groups: groups)
    let optimizer = Self.adam(configuration, count: policy.actorParameters.count)
    do { try optimizer.restore(actorOptimizer) } catch {
      throw .mismatchedState(
        what: "actor's optimizer state", expected: 2 * optimizer.count,
        found: actorOptimizer.slots.reduce(0) { $0 + $1.count })
    }
    var (next, nextGenerator, totals) = (policy, generator, GroupTotals())
    updating: for epoch in 0..<configuration.epochs {
      totals.beginEpoch()
      let order = nextGenerator.nextPermutation(of: episodes.count).map { Int($0) }
      let parts = min(configuration.minibatches, order.count)
      for part in 0..<parts {
        let chosen = order[order.count * part / parts..<order.count * (part + 1) / parts]
        var (loss, gradient) = next.groupLoss(
          chosen.map { (episodes[$0], advantages.values[$0]) }, clipRange: Float(configuration.clipRange),
          threads: threads)
        totals.add(loss)
        if let target = configuration.targetKL, loss.approximateKL > 1.5 * target { break updating }
        let norm = clipNorm(&gradient)
        guard norm.isFinite else {
          throw .nonFiniteGradient(network: "actor", epoch: epoch, minibatch: part)
        }
        optimizer.step(
          parameters: &next.actorParameters, gradient: gradient, learningRate: configuration.actorLearningRate
        )
        next.boundDeviations(to: Self.logDeviations)
        totals.norms += norm
        totals.steps += 1
      }
    }
    policy = next
    actorOptimizer = optimizer.state
    updateCount += 1
    generator = nextGenerator
    return totals.statistics(entropy: policy.entropy, explainedVariance: advantages.explainedVariance)
  }

  /// Bounds on the logarithm of the policy's deviation: exploration neither dies nor drowns what it explores.
  private static let logDeviations: ClosedRange<Float> = -3.5...0
}

extension ActorCritic {
  mutating func boundDeviations(to range: ClosedRange<Float>) {
    for index in actorParameters.count - actionCount..<actorParameters.count {
      actorParameters[index] = min(max(actorParameters[index], range.lowerBound), range.upperBound)
    }
  }

  /// The clipped surrogate of whole episodes, and its gradient by the actor's parameters.
  ///
  /// Episodes are dealt into a fixed number of parts, whose sums are added in order.
  func groupLoss(
    _ episodes: [(episode: Episode, advantages: [Float])], clipRange: Float, threads: Int
  ) -> (loss: PolicyLoss, gradient: [Float]) {
    // Alike lengths lie together, so that little is computed of episodes that are over.
    let sorted = episodes.enumerated().sorted {
      ($0.element.episode.stepCount, $0.offset) < ($1.element.episode.stepCount, $1.offset)
    }.map(\.element)
    let count = min(Self.parts, sorted.count)
    let steps = sorted.reduce(0) { $0 + $1.episode.stepCount }
    let weights = actor.gru.map { GRUWeights($0, parameters: actorParameters) }
    let results = Ordered<(loss: PolicyLoss, gradient: [Float])>(count: count)
    let workers = min(max(threads, 1), count)
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      for part in stride(from: worker, to: count, by: workers) {
        let some = Array(sorted[sorted.count * part / count..<sorted.count * (part + 1) / count])
        results[part] = partLoss(some, of: steps, clipRange: clipRange, weights)
      }
    }
    var (loss, gradient) = (PolicyLoss(), [Float](repeating: 0, count: actorParameters.count))
    for part in results.all {
      loss.merge(part.loss)
      for index in gradient.indices { gradient[index] += part.gradient[index] }
    }
    return (loss.divided(by: Double(steps)), gradient)
  }

  private static let parts = 8

  private func partLoss(
    _ episodes: [(episode: Episode, advantages: [Float])], of total: Int, clipRange: Float,
    _ weights: GRUWeights?
  ) -> (loss: PolicyLoss, gradient: [Float]) {
    var gradient = [Float](repeating: 0, count: actorParameters.count)
    var loss = PolicyLoss()
    let share = 1 / Float(total)
    guard let layout = actor.gru, let weights else {
      // Other actors, episode by episode.
      for (episode, advantages) in episodes {
        var state = [Float](repeating: 0, count: actor.stateCount)
        var tape = Tape(for: actor, steps: episode.stepCount)
        let range = 0..<episode.stepCount
        actor.forward(actorParameters, inputs: episode.observations, steps: range, state: &state, tape: &tape)
        for place in 0..<episode.stepCount * actionCount {
          tape.outputGradients[place] = surrogateSlope(
            episode, place, mean: tape.outputs[place], advantages[place / actionCount], share, clipRange,
            &loss, &gradient)
        }
        actor.backward(
          actorParameters, inputs: episode.observations, steps: range, tape: &tape, gradient: &gradient)
      }
      return (loss, gradient)
    }
    let longest = episodes.reduce(0) { max($0, $1.episode.stepCount) }
    let pass = GRUPass(
      weights, episodes: episodes.count, steps: longest, operations: RowOperations.chosen)
    for (index, (episode, _)) in episodes.enumerated() {
      for step in 0..<episode.stepCount {
        pass.set(
          episode.observations[step * observationCount..<(step + 1) * observationCount], step: step,
          episode: index)
      }
    }
    pass.forward()
    var slopes: [(Float, Int, Int, Int)] = []
    for (index, (episode, advantages)) in episodes.enumerated() {
      for step in 0..<episode.stepCount {
        for entry in 0..<actionCount {
          let slope = surrogateSlope(
            episode, step * actionCount + entry, mean: pass.output(entry, step: step, episode: index),
            advantages[step], share, clipRange, &loss, &gradient)
          slopes.append((slope, entry, step, index))
        }
      }
    }
    pass.clearSlopes()
    for (slope, entry, step, episode) in slopes { pass.setSlope(slope, entry, step: step, episode: episode) }
    let packed = GRUWeights(layout)
    pass.backward(into: packed)
    packed.add(to: &gradient)
    return (loss, gradient)
  }

  /// The derivative of the clipped surrogate by the mean of one action; adds to the loss, and to the gradient by the
  /// deviation.
  private func surrogateSlope(
    _ episode: Episode, _ place: Int, mean: Float, _ advantage: Float, _ share: Float, _ clipRange: Float,
    _ loss: inout PolicyLoss, _ gradient: inout [Float]
  ) -> Float {
    precondition(actionCount == 1, "groups are for one action, not \(actionCount)")
    let deviation = actorParameters.count - 1
    let logProbability = DiagonalGaussian.logProbability(
      of: episode.actions[place], mean: mean, logStandardDeviation: actorParameters[deviation])
    let logRatio = min(max(logProbability - episode.logProbabilities[place], -20), 20)
    let ratio = exp(logRatio)
    let surrogate = clippedSurrogate(ratio: ratio, advantage: advantage, clipRange: clipRange)
    loss.add(surrogate: surrogate.loss, ratio: ratio, logRatio: logRatio, clipRange: clipRange)
    let derivative = surrogate.derivative * ratio * share
    let score = DiagonalGaussian.logProbabilityGradient(
      of: episode.actions[place], mean: mean, logStandardDeviation: actorParameters[deviation])
    gradient[deviation] += derivative * score.logStandardDeviation
    return derivative * score.mean
  }
}

/// Results of parts that are worked on in any order, each by one thread.
private final class Ordered<Value>: @unchecked Sendable {
  // Unchecked: `values` is guarded by `lock`.
  private let lock = NSLock()
  private var values: [Value?]

  init(count: Int) { values = Array(repeating: nil, count: count) }

  subscript(_ index: Int) -> Value? {
    get { lock.withLock { values[index] } }
    set { lock.withLock { values[index] = newValue } }
  }

  var all: [Value] { lock.withLock { values.compactMap(\.self) } }
}

/// Sums over the minibatches of an update by groups.
private struct GroupTotals {
  private var epochs = 0
  var steps = 0
  var norms = 0.0
  private var losses = 0
  private var sum = PolicyLoss()
  private var divergence = (sum: 0.0, count: 0)
  private var firstDeviation: Double?

  mutating func beginEpoch() {
    epochs += 1
    divergence = (0, 0)
  }

  mutating func add(_ loss: PolicyLoss) {
    losses += 1
    sum.surrogate += loss.surrogate
    sum.clipFraction += loss.clipFraction
    divergence = (divergence.sum + loss.approximateKL, divergence.count + 1)
    firstDeviation = firstDeviation ?? loss.ratioDeviation
  }

  func statistics(entropy: Double, explainedVariance: Double) -> UpdateStatistics {
    UpdateStatistics(
      policyLoss: sum.surrogate / Double(max(losses, 1)), valueLoss: 0, entropy: entropy,
      approximateKL: divergence.sum / Double(max(divergence.count, 1)),
      clipFraction: sum.clipFraction / Double(max(losses, 1)), explainedVariance: explainedVariance,
      actorGradientNorm: norms / Double(max(steps, 1)), criticGradientNorm: 0,
      firstRatioDeviation: firstDeviation ?? 0, epochs: epochs)
  }
}
