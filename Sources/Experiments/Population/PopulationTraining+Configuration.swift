import MetaLR

extension PopulationTraining {
  /// How a copy's rate differs from its source's (Jaderberg et al., 2017, section 4.1.1).
  public enum Exploration: String, Codable, Sendable, CaseIterable {
    /// Times 0.8 or 1.2, each as likely.
    case perturb
    /// Drawn anew from the range of initial rates.
    case resample
  }

  /// The size of a population and how it lives.
  public struct Configuration: Codable, Sendable, Equatable {
    /// Members, at least 2; 20 by default.
    public var members: Int
    /// Optimizer steps of each member's run, at least 1; 1,000 by default.
    public var stepBudget: Int
    /// Steps between two selections, at least 1; 50 by default.
    public var readyInterval: Int
    /// Share of the members at the bottom that copy as many at the top, in (0, 0.5]; 0.2 by default, as in the paper.
    public var share: Double
    /// How copies change the rate; by factors by default.
    public var exploration: Exploration
    /// The lowest and the highest rate to begin with, drawn evenly in logarithm; 1e-5 and 0.1 by default.
    ///
    /// Perturbed rates may leave the range.
    public var lowestRate: Double
    /// The highest rate to begin with.
    public var highestRate: Double
    /// Decides every random choice: rates, weights, orders of images.
    public var seed: UInt64

    /// Creates a configuration; the properties document each number.
    public init(
      members: Int = 20, stepBudget: Int = 1000, readyInterval: Int = 50, share: Double = 0.2,
      exploration: Exploration = .perturb, lowestRate: Double = 1e-5, highestRate: Double = 0.1,
      seed: UInt64 = 0
    ) {
      self.members = members
      self.stepBudget = stepBudget
      self.readyInterval = readyInterval
      self.share = share
      self.exploration = exploration
      self.lowestRate = lowestRate
      self.highestRate = highestRate
      self.seed = seed
    }

    /// How many members copy, and are copied from, at each selection: at least one.
    public var selected: Int { max(1, Int(share * Double(members))) }

    /// Intervals of a whole run; the last may be shorter.
    public var rounds: Int { (stepBudget + readyInterval - 1) / readyInterval }

    /// Length, interval and bound of each run.
    public var plan: RunPlan { RunPlan(stepBudget: stepBudget, interval: readyInterval) }

    /// Checks the numbers against the ranges that the properties document.
    ///
    /// - Throws: `ConfigurationError` that names the number.
    public func validate() throws(ConfigurationError) {
      guard (2...10_000).contains(members) else {
        throw ConfigurationError(
          name: "population", value: "\(members)", expected: "a whole number from 2 to 10000")
      }
      try plan.validate()
      guard share > 0, share <= 0.5 else {
        throw ConfigurationError(
          name: "share that copies", value: "\(share)", expected: "a share above 0 and up to 0.5")
      }
      guard lowestRate > 0, highestRate >= lowestRate, highestRate.isFinite else {
        throw ConfigurationError(
          name: "range of rates", value: "\(lowestRate) to \(highestRate)",
          expected: "a positive rate and one that is not lower")
      }
    }
  }
}
