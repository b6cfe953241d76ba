/// What a user might do to get good learning rates, with what it costs: one method, or a search among several.
public struct Contender: Sendable {
  /// What tables and pictures call it.
  public let name: String
  /// The methods among which a search chooses; no search where there is one, and a range test where there is none.
  public let candidates: [Method]
  /// Proposes a constant rate for each task; nil where the candidates are the choice.
  let finder: RateFinder?
  /// Optimizer steps of trainees spent once, before any task: the training of a controller, for instance.
  public let priorSteps: Int

  /// A method that needs no search.
  ///
  /// - Parameters:
  ///   - method: The method.
  ///   - name: What tables call it; the method's own name by default.
  ///   - priorSteps: Optimizer steps of trainees that it cost to make; 0 by default.
  public init(_ method: Method, name: String? = nil, priorSteps: Int = 0) {
    self.name = name ?? method.name
    finder = nil
    candidates = [method]
    self.priorSteps = priorSteps
  }

  /// The candidate with the lowest validation loss, looked for anew on each task.
  ///
  /// - Parameters:
  ///   - name: What tables call it.
  ///   - candidates: Methods with rates of their own.
  /// - Precondition: There is a candidate, and none follows the initial rate.
  public init(name: String, bestOf candidates: [Method]) {
    precondition(!candidates.isEmpty, "expected at least one candidate for '\(name)'")
    precondition(
      candidates.allSatisfy { $0.ownInitialRate != nil },
      "expected candidates with rates of their own for '\(name)'")
    self.name = name
    self.candidates = candidates
    finder = nil
    priorSteps = 0
  }

  /// The largest sensible rate that a range test suggests on each task, held for the whole run.
  ///
  /// - Parameters:
  ///   - name: What tables call it.
  ///   - finder: Does the test, on the first of the search seeds.
  public init(name: String, suggestedBy finder: RateFinder) {
    self.name = name
    candidates = []
    self.finder = finder
    priorSteps = 0
  }
}
