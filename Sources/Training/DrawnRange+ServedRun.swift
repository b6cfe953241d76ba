import BuiltInTrainees
import Foundation
import MetaLR

/// The sampled problems that are most like a served run, as far as its own words tell.
///
/// Sizes beyond those of the usual range become its nearest, and a run that would cost too much is shortened: a training
/// plays thousands of runs. What the run does not tell stays as in the usual range.
extension DrawnRange {
  /// The cap on the operations of such a run; at most some 0.1 s of a core.
  private static let mostOperations = 1e9
  /// Operations of an example in the cheapest problem, as ``validate()`` counts them: four times a linear model of 16 inputs.
  private static let operationsOfExample = 4.0 * 6 * 16 * 16
  /// Inputs and classes together in the middle of what is sampled.
  private static let ends = 40.0

  /// Fits a range.
  ///
  /// - Parameters:
  ///   - run: The run.
  ///   - usual: What bounds the range.
  ///   - optimizer: That of all problems; nil for the run's own.
  init(like run: ServedRun, within usual: DrawnRange, optimizer: Optimizer.Configuration?) {
    self = usual
    self.optimizer = optimizer ?? run.optimizer ?? usual.optimizer
    operations = Self.mostOperations
    reach = 1
    let most = Self.mostOperations / Self.operationsOfExample
    let batches = usual.batchSizes.sorted()
    let batch = run[.batchSize].map { Self.clamped($0, batches[0]...batches[batches.count - 1]) }
    let affordable = Int(most / Double(batch ?? batches[0]))
    let steps = max(
      min(Self.clamped(Double(run.totalSteps), usual.budgets), affordable), usual.budgets.lowerBound)
    budgets = steps...steps
    batchSizes = batch.map { [$0] } ?? batches.filter { Double($0 * steps) <= most }
    if let parameters = run[.parameterCount] {
      let examples = Double(steps * (batchSizes.max() ?? 1))
      let width = min(Self.width(parameters), Self.width(Self.mostOperations / 6 / examples))
      widths = [usual.widths.min { abs(log(Double($0) / width)) < abs(log(Double($1) / width)) } ?? 1]
    }
    if let count = run[.exampleCount].map({ Self.clamped($0, usual.trainCounts) }) {
      trainCounts = count...count
    }
    if let averages = run[.averagesWeights] { averaging = averages > 0 ? 1 : 0 }
    // Pictures have classes.
    if run.isRegression == true { (convolutions, images) = (0, 0) }
    // The smallest of the larger networks may be above the cap.
    if (try? validate()) == nil { images = 0 }
  }

  private static func clamped(_ value: Double, _ range: ClosedRange<Int>) -> Int {
    Int(min(max(value, Double(range.lowerBound)), Double(range.upperBound)))
  }

  /// The width of two hidden layers with so many weights: the root of w² + 40 w = parameters, at least 1.
  private static func width(_ parameters: Double) -> Double {
    max((ends * ends / 4 + max(0, parameters)).squareRoot() - ends / 2, 1)
  }
}

extension ServedRun {
  /// Whether its loss is that of a regression; nil where that was not told.
  var isRegression: Bool? { self[.classCount].map { $0 < 1 } }

  /// The optimizer that its facts are of; nil where they were not told.
  var optimizer: Optimizer.Configuration? {
    guard let isAdaptive = self[.isAdaptive] else { return nil }
    let hasMomentum = (self[.momentum] ?? 0) > 0
    return switch (isAdaptive > 0, hasMomentum) {
    case (true, true): .adam()
    case (true, false): .rmsprop()
    case (false, true): .momentum()
    case (false, false): .sgd
    }
  }
}
