import ArgumentParser
import Experiments

/// A suite as `compare --suites` names it.
enum SuiteName: String, CaseIterable, ExpressibleByArgument {
  case trained
  case heldOut = "held-out"
  case short
  case long
  case wide
  case real

  /// The suite of sampled problems; nil for real data.
  var drawn: ProblemSuite.Drawn? { ProblemSuite.Drawn(rawValue: rawValue) }
}
