import ArgumentParser
import Experiments

/// Schedules to compare a controller with, each beginning at the run's initial rate.
enum Baseline: String, CaseIterable, ExpressibleByArgument {
  case constant
  case cosine

  var method: Method {
    switch self {
    case .constant: .constant
    case .cosine: .cosine
    }
  }
}
