import Experiments
import MetaLR

/// Runs methods on held-out seeds, with progress.
struct Evaluator {
  let problem: Problem
  let pool: TraineePool
  let options: OutputOptions
  let interrupt: Interrupt
  /// What to tell a user who stopped the work.
  let advice: String

  func run(_ methods: [Method], initialLearningRates: [Double], seeds: [UInt64]) throws -> [MethodRuns] {
    let total = methods.count * initialLearningRates.count * seeds.count
    guard total > 0 else { return [] }
    let progress = ProgressReporter(unit: .things("test run"), total: total, options: options)
    defer { progress.finish() }
    let count = Counter()
    let interrupt = interrupt
    progress.update(done: 0)
    do {
      return try MethodRuns.collect(
        methods, initialLearningRates: initialLearningRates, seeds: seeds, of: problem, on: pool,
        shouldStop: { interrupt.isRequested }, onRun: { _ in progress.update(done: count.increment()) })
    } catch is Interrupted {
      throw interrupt.error(advice: advice)
    }
  }
}
