/// What a training job is to do next.
public enum Verdict: String, Codable, CaseIterable, Sendable {
  /// Train on at the new rate.
  case `continue`
  /// Go back to the weights of the last good observation, then train on at the new rate; steps keep counting.
  case rollback
  /// Give the run up: it failed too often.
  case stop
  /// The step budget is used up; nothing is left to decide.
  case complete
}
