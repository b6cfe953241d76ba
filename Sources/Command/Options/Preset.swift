import ArgumentParser
import Experiments
import MetaLR

/// Sizes that belong together; any of them can be overridden by its own option.
enum Preset: String, CaseIterable, ExpressibleByArgument {
  /// Three to four minutes on two cores.
  case quick
  /// The sizes of Xu et al. (2019), section 4.
  case paper
  /// Controllers trained on sampled problems for hours; for `train-controller` alone, where others take it for `paper`.
  case universal

  var episodes: Int { self == .quick ? 120 : 300 }
  var steps: Int { self == .quick ? 300 : 1000 }
  var batchSize: Int { self == .quick ? 200 : 1000 }
  var seeds: Int { self == .quick ? 6 : 10 }
  /// The most images of each split; nil for all.
  var trainImages: Int? { self == .quick ? 10_000 : nil }
  var validationImages: Int? { self == .quick ? 1000 : nil }
  var testImages: Int? { self == .quick ? 2000 : nil }
}

/// Which preset, and how long runs are.
struct LengthOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "quick or paper: steps, batch, images, episodes and seeds (default: quick for shapes, paper for the others).",
      valueName: "name"))
  var preset: Preset?

  @Option(
    help: ArgumentHelp("Optimizer steps of a run (default: the preset's 300 or 1000).", valueName: "count"))
  var steps: Int?

  /// The preset asked for, or the one that suits the data set.
  func resolved(for dataset: String) -> Preset { preset ?? (dataset == "shapes" ? .quick : .paper) }
}

/// Which preset, and the lengths that it decides.
struct PresetOptions: ParsableArguments {
  @OptionGroup var length: LengthOptions

  @Option(
    help: ArgumentHelp(
      "Optimizer steps between two decisions (default: 10, or all of a shorter run).", valueName: "steps"))
  var interval: Int?

  /// The steps that were asked for; nil for the preset's.
  var steps: Int? { length.steps }

  /// Length and interval of a run; a controller for any training decides as often as it was trained to, where no interval
  /// is asked for.
  func plan(for preset: Preset, driving controller: Controller? = nil) throws -> RunPlan {
    let steps = steps ?? preset.steps
    var plan = RunPlan(stepBudget: steps, interval: interval ?? max(1, min(RunPlan().interval, steps)))
    if interval == nil, controller?.features.looksBack ?? false {
      plan.decisionCount = Problem.drawnDecisions
    }
    try plan.validate()
    return plan
  }

  /// The preset asked for, or the one that suits the data set.
  func resolved(for dataset: String) -> Preset { length.resolved(for: dataset) }
}
