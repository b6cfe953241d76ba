import Foundation
import NeuralNet

/// The examples of a drawn problem: one a row, those for training first, then validation, then test.
///
/// Unchecked, for the buffers are filled by the initializer and never changed after.
public final class DrawnData: @unchecked Sendable {
  /// The problem that the examples belong to.
  public let problem: DrawnProblem
  /// Floats in a row: the inputs, then zeros up to a multiple of 16.
  public let stride: Int
  /// The loss without any knowledge of the inputs: ln C for C classes, half the mean square of the noisy training
  /// targets for a regression.
  public let chanceLoss: Double
  /// The class of each example; zeros for a regression.
  public let labels: AlignedBuffer<Int32>
  /// The target of each example, of mean 0 and variance 1 but for the noise; zeros for classes.
  public let targets: AlignedBuffer<Float>
  private let rows: AlignedBuffer<Float>

  /// Makes the examples; the same problem gives the same bits.
  ///
  /// - Precondition: ``DrawnProblem/validate()`` accepts the problem.
  public init(_ problem: DrawnProblem) {
    do { try problem.validate() } catch { preconditionFailure("DrawnData: \(error)") }
    self.problem = problem
    let count = problem.trainCount + problem.validationCount + problem.testCount
    stride = RowModel.padded(problem.inputs)
    rows = AlignedBuffer(count: count * stride)
    labels = AlignedBuffer(count: count)
    targets = AlignedBuffer(count: count)
    var random = DrawnRandom(seed: problem.seed, stream: .examples)
    let shares = ClassShares(classes: problem.classes, imbalance: Float(problem.imbalance), using: &random)
    let sheet = ExampleSheet(
      rows: rows.pointer, labels: labels.pointer, targets: targets.pointer, count: count,
      inputs: problem.inputs,
      stride: stride, classes: problem.classes, shares: shares)
    let rule = problem.family.rule
    rule.fill(sheet, using: &random)
    let noise = Float(problem.labelNoise)
    if rule.isRegression {
      sheet.standardizeTargets(noise: 2 * noise, using: &random)
      chanceLoss = sheet.meanSquareTarget(count: problem.trainCount) / 2
    } else {
      sheet.replaceLabels(share: noise, using: &random)
      chanceLoss = log(Double(problem.classes))
    }
    FeatureTransform(
      conditioning: Float(problem.conditioning), isAlwaysRotated: rule.isAlwaysRotated,
      mayRotate: problem.network.convolutions == 0, trainCount: problem.trainCount
    ).apply(to: sheet, using: &random)
  }

  /// The inputs of an example: ``stride`` floats at an address that is a multiple of 64.
  ///
  /// The pointer is valid as long as the data: `DrawnData(problem).row(0)` is not, for nothing holds the data.
  ///
  /// - Precondition: `index` is at least 0 and below the number of examples.
  public func row(_ index: Int) -> UnsafePointer<Float> {
    precondition(index >= 0 && index < labels.count, "row \(index) of \(labels.count) examples")
    return UnsafePointer(rows.pointer + index * stride)
  }
}
