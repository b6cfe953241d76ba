import BuiltInTrainees
import MetaLR

/// How much each input moves a controller's decisions, on average over runs of sampled problems.
public struct MeanInfluence: Sendable {
  /// Names of the inputs, the most influential first.
  public let names: [String]
  /// The mean size of the change of the rate's natural logarithm that is owed to each.
  public let sizes: [Double]
  /// Problems that the controller drove.
  public static let problemCount = 16

  /// Far from the seeds of suites, and of what schedules are calibrated on.
  private static let firstSeed: UInt64 = 90_000_000

  /// Lets a controller drive one run of each of 16 problems, from the usual rate.
  ///
  /// - Parameters:
  ///   - controller: The controller.
  ///   - optimizer: The optimizer that it drives; nil for each problem's own.
  /// - Throws: What a trainee throws.
  public init(of controller: Controller, driving optimizer: String? = nil) throws {
    let range = DrawnRange(operations: 30e6)
    var sums = [Double](repeating: 0, count: controller.features.count)
    var decisions = 0
    for index in 0..<UInt64(Self.problemCount) {
      var problem = Problem.drawn(DrawnProblem.sampled(seed: Self.firstSeed + index, from: range))
      if let optimizer, let with = problem.with { problem = try with(optimizer, nil) }
      var session = controller.session()
      session.explains = true
      _ = try TrainingRun(
        of: problem.trainee(nil), ratesFrom: &session, seed: 1,
        initialLearningRate: problem.usualLearningRate, plan: problem.plan)
      decisions += session.explanations.count
      for explanation in session.explanations {
        for (place, influence) in explanation.influences.enumerated() { sums[place] += abs(influence) }
      }
    }
    let order = sums.indices.sorted { (sums[$1], $0) < (sums[$0], $1) }
    names = order.map { controller.features.names[$0] }
    sizes = order.map { sums[$0] / Double(max(decisions, 1)) }
  }
}
