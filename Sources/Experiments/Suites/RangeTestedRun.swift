import MetaLR
import Schedules

/// A range test and then one-cycle at the rate that it suggests, within one step budget: what users of fastai and
/// Lightning do.
///
/// The test takes 100 steps, at most a quarter of the budget, and trains weights that are thrown away; the run has what
/// is left. Where the test suggests nothing, the optimizer's usual rate is the peak.
struct RangeTestedRun {
  /// What tables call it.
  static let contenderName = "range test, one-cycle"

  /// Where the run's rates come from.
  let source: ScheduleSource
  /// The plan with the steps that are left.
  let plan: RunPlan
  /// The peak of the rates.
  let peak: Double

  /// Does the test.
  init(
    on trainee: any Trainee, of problem: Problem, seed: UInt64, shouldStop: () -> Bool
  ) throws {
    var configuration = RateFinder.Configuration()
    configuration.steps = max(2, min(100, problem.plan.stepBudget / 4))
    let curve = try RateFinder(configuration: configuration).run(
      on: trainee, seed: seed, shouldStop: shouldStop)
    // The step that ended the test early is one too.
    let spent = min(curve.points.count + (curve.stop == nil ? 0 : 1), configuration.steps)
    peak =
      switch RateSuggestion(curve) {
      case .range(_, let largest): largest
      case .none: problem.usualLearningRate
      }
    var plan = problem.plan
    plan.stepBudget = max(1, plan.stepBudget - spent)
    self.plan = plan
    source = ScheduleSource(try ScheduleShape.oneCycle.schedule(peak: peak, plan.stepBudget))
  }
}
