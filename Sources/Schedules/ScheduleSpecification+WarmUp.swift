extension ScheduleSpecification {
  /// How long a warm-up takes: `warmup=30` or `warmup=5%`.
  enum WarmUp: Sendable, Equatable {
    case steps(Int)
    /// A share of all steps, between 0 and 1.
    case share(Double)

    init(_ text: String, of kind: ScheduleKind) throws(ScheduleError) {
      guard text.hasSuffix("%") else {
        self = .steps(try kind.wholeNumber(text, "warmup"))
        return
      }
      let percent = try kind.number(String(text.dropLast()), "warmup")
      guard percent > 0, percent < 100 else {
        throw kind.usageError("The warmup '\(text)' is not between 0% and 100%.")
      }
      self = .share(percent / 100)
    }

    /// The steps of the warm-up in a run of some steps; 0 where the share of a short run rounds to none.
    func steps(of totalSteps: Int) throws(ScheduleError) -> Int {
      switch self {
      case .steps(let steps):
        try ScheduleError.checkSteps(steps, "number of warm-up steps")
        return steps
      case .share(let share): return Int((share * Double(totalSteps)).rounded())
      }
    }
  }
}
