extension Guardian {
  /// What a guardian remembers of one run.
  public struct State: Codable, Sendable, Equatable {
    /// `Observation.validationLoss` of the last good observations, the newest last.
    public internal(set) var validationLosses: [Double]
    /// That of the first good observation; nil before it, and in a state that was kept by rules 2 or older.
    public internal(set) var firstValidationLoss: Double?
    /// Failures since the run was last healthy.
    public internal(set) var failures: Int
    /// Good observations since the last failure.
    public internal(set) var goodObservations: Int
    /// The highest rate for now, per optimizer step: that of the last rollback at first, raised after every ten good
    /// observations by as much as the first rollback lowers it; nil without a failure to remember.
    public internal(set) var ceiling: Double?
    /// Whether the fallback has taken over for good.
    public internal(set) var hasHandedOver: Bool

    /// The state at the beginning of a run, or one that was kept.
    public init(
      validationLosses: [Double] = [], firstValidationLoss: Double? = nil, failures: Int = 0,
      goodObservations: Int = 0, ceiling: Double? = nil, hasHandedOver: Bool = false
    ) {
      self.validationLosses = validationLosses
      self.firstValidationLoss = firstValidationLoss
      self.failures = failures
      self.goodObservations = goodObservations
      self.ceiling = ceiling
      self.hasHandedOver = hasHandedOver
    }
  }
}

extension Guardian.State {
  /// Takes a good observation into account; every tenth in a row forgets failures and raises the ceiling.
  mutating func accept(_ observation: Observation, _ configuration: Guardian.Configuration) {
    if validationLosses.isEmpty { firstValidationLoss = observation.validationLoss }
    validationLosses = Array(
      (validationLosses + [observation.validationLoss]).suffix(Guardian.Configuration.window))
    goodObservations += 1
    guard goodObservations.isMultiple(of: Guardian.Configuration.recovery) else { return }
    failures = 0
    // Slowly, since whoever follows a schedule would go straight back to the rate that failed.
    let higher = ceiling.map { $0 / configuration.rollbackScale } ?? .infinity
    ceiling = higher < configuration.maximumLearningRate ? higher : nil
  }
}
