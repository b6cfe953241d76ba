extension Guardian {
  /// Thresholds of a guardian; Docs/Service-guardian.md says how the defaults were chosen.
  public struct Configuration: Codable, Sendable, Equatable {
    /// The lowest rate, above 0; 1e-6 by default.
    public var minimumLearningRate: Double
    /// The highest rate, at least the lowest; 1 by default.
    public var maximumLearningRate: Double
    /// The largest factor between one rate and the next, up or down, above 1; 10 by default.
    public var maximumChange: Double
    /// How many times the median of the recent losses counts as a spike, above 1; 3 by default.
    public var spikeRatio: Double
    /// What the rate is multiplied with after a failure, above 0 and below 1; 0.5 by default.
    ///
    /// After the n-th failure in a row it is multiplied with the n-th power: in all with 0.5, 0.5^3, 0.5^6, 0.5^10,
    /// 0.5^15, 0.5^21.
    public var rollbackScale: Double
    /// Failures in a row that are answered with a rollback, at least 0; the next one hands over to the fallback, or
    /// stops the run where there is none; 6 by default, which lower the rate by 2,000,000.
    public var rollbacks: Int
    /// Distance from the controller's training above which the fallback decides, above 0; 5 by default.
    public var outOfDistributionThreshold: Double

    /// Good observations that the median of recent losses is taken over.
    static let window = 10
    /// Good observations before their median tells a spike from the beginning of a run.
    static let fewestForMedian = 3
    /// Median absolute deviations that a spike is above the median.
    static let spikeNoise = 10.0
    /// Share of what a run has gained since its first observation that a spike costs.
    static let spikeShare = 0.5
    /// Good observations after which earlier failures are forgotten.
    static let recovery = 10

    /// Creates thresholds; the properties document each.
    public init(
      minimumLearningRate: Double = 1e-6, maximumLearningRate: Double = 1, maximumChange: Double = 10,
      spikeRatio: Double = 3, rollbackScale: Double = 0.5, rollbacks: Int = 6,
      outOfDistributionThreshold: Double = 5
    ) {
      self.minimumLearningRate = minimumLearningRate
      self.maximumLearningRate = maximumLearningRate
      self.maximumChange = maximumChange
      self.spikeRatio = spikeRatio
      self.rollbackScale = rollbackScale
      self.rollbacks = rollbacks
      self.outOfDistributionThreshold = outOfDistributionThreshold
    }

    /// Checks the numbers against the ranges that the properties document.
    ///
    /// - Throws: ``ConfigurationError`` that names the number.
    public func validate() throws(ConfigurationError) {
      try Self.check("lowest learning rate", minimumLearningRate, "a positive number") { $0 > 0 }
      try Self.check("highest learning rate", maximumLearningRate, "a number of at least the lowest") {
        $0 >= minimumLearningRate
      }
      try Self.check("largest change of the rate", maximumChange, "a factor above 1") { $0 > 1 }
      try Self.check("spike ratio", spikeRatio, "a factor above 1") { $0 > 1 }
      try Self.check("rollback scale", rollbackScale, "a factor between 0 and 1") { $0 > 0 && $0 < 1 }
      try Self.check("number of rollbacks", Double(rollbacks), "a whole number of at least 0") { $0 >= 0 }
      try Self.check("out-of-distribution threshold", outOfDistributionThreshold, "a positive number") {
        $0 > 0
      }
    }

    private static func check(
      _ name: String, _ value: Double, _ expected: String, _ holds: (Double) -> Bool
    ) throws(ConfigurationError) {
      guard value.isFinite, holds(value) else {
        throw ConfigurationError(name: name, value: "\(value)", expected: expected)
      }
    }
  }
}
