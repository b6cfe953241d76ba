import Experiments
import Schedules

/// A schedule to compare a controller with.
///
/// `constant` and `cosine` alone begin at the run's initial rate; any other text is a schedule with rates of its own.
struct Baseline {
  let method: Method

  /// Reads what the user wrote.
  ///
  /// - Throws: ``ScheduleError`` with what is possible.
  init(parsing text: String) throws {
    switch text {
    case "constant": method = .constant
    case "cosine": method = .cosine
    default: method = .schedule(try ScheduleSpecification(parsing: text))
    }
  }
}
