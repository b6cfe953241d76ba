import NeuralNet

/// Which problems are sampled.
public struct DrawnRange: Codable, Sendable, Equatable {
  /// A set of families.
  public enum Families: String, Codable, Sendable {
    /// Those that a controller is trained on.
    case training
    /// Those that are kept to measure a trained controller on.
    case heldOut

    /// The families of the set.
    public var members: [DrawnFamily] {
      DrawnFamily.allCases.filter { $0.isHeldOut == (self == .heldOut) }
    }
  }

  /// Examples of one split at most: pictures of 28 pixels a side then take 400 MB.
  static let mostExamples = 1 << 17

  /// The families that come up, each equally often before the cap.
  public var families: Families = .training
  /// The widths of hidden layers, each equally often before the cap.
  public var widths: [Int] = [8, 16, 32, 48, 64, 128]
  /// The numbers of hidden layers, each equally often before the cap but for half of the linear models, which are
  /// replaced.
  public var layers: ClosedRange<Int> = 0...4
  /// The factors of the usual standard deviation of the initial weights, log-uniform.
  public var initialScales: ClosedRange<Double> = 0.5...2
  /// The steps of a run, log-uniform before the cap.
  public var budgets: ClosedRange<Int> = 100...1000
  /// The optimizer; nil for a mixture: Adam 30 %, momentum 25 %, AdamW 18 %, SGD 15 %, RMSProp 12 %.
  public var optimizer: Optimizer.Configuration?
  /// The examples of a step, each number equally often before the cap.
  public var batchSizes: [Int] = [16, 32, 64, 128, 256, 512]
  /// The training examples, log-uniform; at most 131,072.
  public var trainCounts: ClosedRange<Int> = 256...8191
  /// The validation examples, at most 131,072.
  public var validationCount = 256
  /// The cap on ``DrawnProblem/operations``: a problem above it is replaced by another, but for ``reach``.
  public var operations: Double = 200e6
  /// How far above the cap problems go, in multiples of it, at least 1.
  ///
  /// A problem of x times the cap, up to this multiple, is kept with probability 1/x: every octave of sizes above the
  /// cap takes about as much time as the last one below it. At 1, the default, the cap is a hard one.
  public var reach: Double = 1
  /// Share of the problems, before the cap, that are pictures for a network with convolutions, beside those that come up
  /// by themselves; in [0, 1], 0 by default.
  public var convolutions: Double = 0
  /// Share of the problems that are larger pictures for a built-in convolutional network, ``DrawnImageProblem``; in [0, 1],
  /// 0 by default.
  public var images: Double = 0
  /// Share of the networks with hidden layers that get batch norm where they have no layer norm, and, each by itself,
  /// dropout of 0.1 to 0.5; in [0, 1], 0 by default.
  public var regularization: Double = 0
  /// Share of the runs that are judged by a polynomial average of their weights too; in [0, 1], 0 by default.
  ///
  /// An optimizer with an average of its own gets no other.
  public var averaging: Double = 0

  /// A range of problems.
  public init(
    families: Families = .training, widths: [Int] = [8, 16, 32, 48, 64, 128],
    layers: ClosedRange<Int> = 0...4, initialScales: ClosedRange<Double> = 0.5...2,
    budgets: ClosedRange<Int> = 100...1000,
    batchSizes: [Int] = [16, 32, 64, 128, 256, 512],
    trainCounts: ClosedRange<Int> = 256...8191, validationCount: Int = 256,
    optimizer: Optimizer.Configuration? = nil, operations: Double = 200e6, reach: Double = 1,
    convolutions: Double = 0, images: Double = 0, regularization: Double = 0, averaging: Double = 0
  ) {
    self.families = families
    self.widths = widths
    self.layers = layers
    self.initialScales = initialScales
    self.budgets = budgets
    self.batchSizes = batchSizes
    self.trainCounts = trainCounts
    self.validationCount = validationCount
    self.optimizer = optimizer
    self.operations = operations
    self.reach = reach
    self.convolutions = convolutions
    self.images = images
    self.regularization = regularization
    self.averaging = averaging
  }

  /// Checks that problems can be sampled from the range.
  ///
  /// - Throws: ``DrawnProblemError`` for an empty or impossible choice.
  public func validate() throws(DrawnProblemError) {
    try DrawnProblem.check(
      !widths.isEmpty && widths.allSatisfy((1...DrawnProblem.largestWidth).contains), "widths", widths,
      "from 1 to \(DrawnProblem.largestWidth), at least one")
    let depths = 0...DrawnProblem.mostLayers
    try DrawnProblem.check(
      depths.contains(layers.lowerBound) && depths.contains(layers.upperBound), "layers", layers,
      "from 0 to \(depths.upperBound)")
    try DrawnProblem.check(
      initialScales.lowerBound > 0 && initialScales.upperBound.isFinite, "initialScales", initialScales,
      "positive")
    let batches = 1...DrawnProblem.largestCount
    try DrawnProblem.check(
      !batchSizes.isEmpty && batchSizes.allSatisfy(batches.contains), "batchSizes", batchSizes,
      "from 1 to \(batches.upperBound), at least one")
    let examples = 1...Self.mostExamples
    try DrawnProblem.check(
      examples.contains(trainCounts.lowerBound) && examples.contains(trainCounts.upperBound), "trainCounts",
      trainCounts, "from 1 to \(examples.upperBound)")
    try DrawnProblem.check(
      examples.contains(validationCount), "validationCount", validationCount,
      "from 1 to \(examples.upperBound)")
    try DrawnProblem.check(reach >= 1 && reach.isFinite, "reach", reach, "at least 1")
    let convolutionShares = families.members.contains(.pictures) ? 0.0...1 : 0...0
    try DrawnProblem.check(
      convolutionShares.contains(convolutions), "convolutions", convolutions,
      "from 0 to \(convolutionShares.upperBound) for these families")
    try DrawnProblem.check((0...1).contains(images), "images", images, "in [0, 1]")
    try DrawnProblem.check((0...1).contains(regularization), "regularization", regularization, "in [0, 1]")
    try DrawnProblem.check((0...1).contains(averaging), "averaging", averaging, "in [0, 1]")
    try DrawnProblem.check(
      budgets.lowerBound >= 1 && budgets.upperBound <= DrawnProblem.largestBudget, "budgets", budgets,
      "from 1 to \(DrawnProblem.largestBudget)")
    if let optimizer { try DrawnProblem.check(optimizer) }
    // Four times what the cheapest problem costs, a linear model of 16 inputs. Sampling at this cap still takes only
    // 25 µs a problem.
    let needed = 4 * 6 * 16 * 16 * Double(batchSizes.min() ?? 1) * Double(budgets.lowerBound)
    guard operations >= needed else { throw .tooFewOperations(given: operations, needed: needed) }
    let neededForImages = images > 0 ? 4 * DrawnImageProblem.fewestOperations(in: self) : 0
    guard operations >= neededForImages else {
      throw .tooFewOperations(given: operations, needed: neededForImages)
    }
  }
}

/// In JSON what came later may be absent, as in ranges that were written before.
extension DrawnRange {
  /// Reads a range.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    families = try container.decode(Families.self, forKey: .families)
    widths = try container.decode([Int].self, forKey: .widths)
    layers = try container.decodeIfPresent(ClosedRange<Int>.self, forKey: .layers) ?? layers
    initialScales =
      try container.decodeIfPresent(ClosedRange<Double>.self, forKey: .initialScales) ?? initialScales
    budgets = try container.decode(ClosedRange<Int>.self, forKey: .budgets)
    batchSizes = try container.decodeIfPresent([Int].self, forKey: .batchSizes) ?? batchSizes
    trainCounts = try container.decodeIfPresent(ClosedRange<Int>.self, forKey: .trainCounts) ?? trainCounts
    validationCount = try container.decodeIfPresent(Int.self, forKey: .validationCount) ?? validationCount
    optimizer = try container.decodeIfPresent(Optimizer.Configuration.self, forKey: .optimizer)
    operations = try container.decode(Double.self, forKey: .operations)
    reach = try container.decodeIfPresent(Double.self, forKey: .reach) ?? 1
    convolutions = try container.decodeIfPresent(Double.self, forKey: .convolutions) ?? 0
    images = try container.decodeIfPresent(Double.self, forKey: .images) ?? 0
    regularization = try container.decodeIfPresent(Double.self, forKey: .regularization) ?? 0
    averaging = try container.decodeIfPresent(Double.self, forKey: .averaging) ?? 0
  }
}
