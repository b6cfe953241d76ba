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

  /// The families that come up, each equally often before the cap.
  public var families: Families = .training
  /// The widths of hidden layers, each equally often before the cap.
  public var widths: [Int] = [8, 16, 32, 48, 64, 128]
  /// The steps of a run, log-uniform before the cap.
  public var budgets: ClosedRange<Int> = 100...1000
  /// The optimizer; nil for a mixture: Adam 30 %, momentum 25 %, AdamW 18 %, SGD 15 %, RMSProp 12 %.
  public var optimizer: Optimizer.Configuration?
  /// The largest ``DrawnProblem/operations`` of a problem; a problem above it is replaced by another.
  public var operations: Double = 200e6

  /// A range of problems.
  public init(
    families: Families = .training, widths: [Int] = [8, 16, 32, 48, 64, 128],
    budgets: ClosedRange<Int> = 100...1000,
    optimizer: Optimizer.Configuration? = nil, operations: Double = 200e6
  ) {
    self.families = families
    self.widths = widths
    self.budgets = budgets
    self.optimizer = optimizer
    self.operations = operations
  }

  /// Checks that problems can be sampled from the range.
  ///
  /// - Throws: ``DrawnProblemError`` for an empty or impossible choice.
  public func validate() throws(DrawnProblemError) {
    try DrawnProblem.check(
      !widths.isEmpty && widths.allSatisfy { $0 >= 1 }, "widths", widths, "positive, at least one")
    try DrawnProblem.check(budgets.lowerBound >= 1, "budgets", budgets, "at least 1")
    // Four times what the cheapest problem costs, a linear model of 16 inputs in batches of 16. Sampling at this cap
    // still takes only 25 µs a problem.
    let needed = 4 * 6 * 16 * 16 * 16 * Double(budgets.lowerBound)
    guard operations >= needed else { throw .tooFewOperations(given: operations, needed: needed) }
  }
}
