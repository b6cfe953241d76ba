import ArgumentParser
import BuiltInTrainees

/// The average of the weights that runs are judged by too.
struct AveragingOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Judge runs by an average of their weights too, where it is better: polynomial, or ema:DECAY such as ema:0.99.",
      valueName: "average"), transform: { try WeightAveraging(parsing: $0) })
  var averaging: WeightAveraging?

  /// The average; none where none is named.
  var value: WeightAveraging { averaging ?? .none }
}
