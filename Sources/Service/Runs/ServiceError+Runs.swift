import Foundation

extension ServiceError {
  /// A value out of its range.
  static func invalid(_ message: String, remedy: String) -> ServiceError {
    ServiceError(422, "invalid_value", message, remedy: remedy)
  }

  /// No such run, or one out of the token's reach.
  static func unknownRun(_ id: String) -> ServiceError {
    ServiceError(
      404, "unknown_run", "There is no run '\(id.prefix(64))' that this token may see or change.",
      remedy: "GET /v1/runs lists the runs; POST /v1/runs opens one.")
  }

  static func outOfOrder(_ step: Int, next: Int) -> ServiceError {
    ServiceError(
      409, "step_out_of_order", "The observation is of step \(step); step \(next) comes next.",
      remedy: "Report step \(next), or rewind the run to an earlier step that was decided.")
  }

  static func conflictingObservation(
    _ decided: ReportedObservation, _ reported: ReportedObservation
  ) -> ServiceError {
    ServiceError(
      409, "conflicting_observation",
      "Step \(decided.step) was decided for \(text(decided)); now \(text(reported)) is reported.",
      remedy: "Report the same observation again for the same answer, or rewind to a step before it.")
  }

  static func runOver(_ run: Run) -> ServiceError {
    ServiceError(
      409, "run_\(run.status.rawValue)",
      "The run is \(run.status.rawValue)\(run.last.map { " since step \($0.step)" } ?? "").",
      remedy: "Rewind it to an earlier step, or open another run.")
  }

  static func notDecided(_ step: Int, last: StoredDecision?) -> ServiceError {
    ServiceError(
      409, "step_not_decided", "No decision of step \(step) is stored.",
      remedy: last.map { "Rewind to a step that was decided; the latest is \($0.step)." }
        ?? "Nothing has been decided yet; report step 0.")
  }

  static func stoppedThere(_ step: Int) -> ServiceError {
    ServiceError(
      409, "run_stopped", "The decision of step \(step) was to stop the run; no rate is in force after it.",
      remedy: "Rewind it to an earlier step, or open another run.")
  }

  static func requestKeyUsed(_ key: String, _ run: String) -> ServiceError {
    ServiceError(
      409, "request_key_used", "The idempotency key has opened run '\(run)' with other values.",
      remedy: "Send the same body again, or use another key.")
  }

  static func tooManyRuns(_ limit: Int) -> ServiceError {
    ServiceError(
      429, "too_many_runs", "This token has \(limit) open runs, as many as it may.",
      remedy: "Finish or delete runs that are over.")
  }

  private static func text(_ observation: ReportedObservation) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return (try? encoder.encode(observation)).map { String(decoding: $0, as: UTF8.self) } ?? "another one"
  }
}
