import MetaLR

/// The runs of one method from one initial rate, one a seed.
public struct MethodRuns: Sendable {
  /// The method's name.
  public let method: String
  /// The rate that the runs began with.
  public let initialLearningRate: Double
  /// The runs in the order of the seeds.
  public let runs: [TrainingRun]

  /// The last validation loss of each run.
  public var finalValidationLosses: [Double] { runs.map(\.final.validationLoss) }
  /// The lowest validation loss of each run.
  public var bestValidationLosses: [Double] { runs.map(\.best.validationLoss) }
  /// The test loss of each run, with the weights of its lowest validation loss.
  public var testLosses: [Double] { runs.map(\.test.loss) }
  /// The test accuracy of each run, likewise, in [0, 1].
  public var testAccuracies: [Double] { runs.map(\.test.accuracy) }

  /// Runs every method from every initial rate on every seed, side by side.
  ///
  /// - Parameters:
  ///   - methods: What to run.
  ///   - initialLearningRates: The rates to begin with.
  ///   - seeds: The seeds of weights and data order, the same for all methods.
  ///   - problem: What runs are of.
  ///   - pool: Does the runs.
  ///   - shouldStop: Asked before every interval.
  ///   - onRun: Told each run as it ends, in no fixed order.
  /// - Returns: For each initial rate, in order, each method, in order.
  /// - Throws: `Interrupted`, or what a trainee or a method throws.
  public static func collect(
    _ methods: [Method], initialLearningRates: [Double], seeds: [UInt64], of problem: Problem,
    on pool: TraineePool,
    shouldStop: @escaping @Sendable () -> Bool = { false },
    onRun: @escaping @Sendable (TrainingRun) -> Void = { _ in }
  ) throws -> [MethodRuns] {
    let pairs = initialLearningRates.flatMap { rate in methods.map { (rate, $0) } }
    let plan = problem.plan
    let runs = try pool.run(
      count: pairs.count * seeds.count, problem: { _ in problem }, onResult: { onRun($1) },
      job: { index, trainee in
        let (rate, method) = pairs[index / seeds.count]
        try method.prepare(trainee)
        var source = try method.makeSource(rate, plan.stepBudget)
        return try TrainingRun(
          of: trainee, ratesFrom: &source, seed: seeds[index % seeds.count], initialLearningRate: rate,
          plan: plan, shouldStop: shouldStop)
      })
    return pairs.enumerated().map { index, pair in
      MethodRuns(
        method: pair.1.name, initialLearningRate: pair.0,
        runs: Array(runs[(index * seeds.count)..<((index + 1) * seeds.count)]))
    }
  }
}
