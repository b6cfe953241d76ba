/// Where a controller's training takes its problems from.
public protocol ProblemDistribution: Sendable {
  /// What cards say of it; a training is resumed with the same one only.
  var description: DistributionDescription { get }

  /// After how many problems the first comes again; 1 where every problem is a new one.
  var cycle: Int { get }

  /// Problem number `index` of a training, which `seed` and the number alone decide.
  func problem(_ index: Int, seed: UInt64) throws -> Problem
}

/// What a distribution is, in words.
public struct DistributionDescription: Codable, Sendable, Equatable {
  /// "drawn", or "list" for given problems in turn.
  public var name: String
  /// What decides it, in the order in which a reader wants it: "budget", "100 to 1000".
  public var settings: [Setting]
  /// The problems of a list.
  public var problems: [ProblemDescription]

  /// A name and its value.
  public struct Setting: Codable, Sendable, Equatable {
    /// What is set.
    public var name: String
    /// To what.
    public var value: String

    /// Creates a setting.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// Creates a description.
  public init(name: String, settings: [Setting] = [], problems: [ProblemDescription] = []) {
    self.name = name
    self.settings = settings
    self.problems = problems
  }
}

/// Given problems, in turn.
public struct ProblemList: ProblemDistribution {
  /// The problems, at least one.
  public let problems: [Problem]

  /// A distribution of `problems`, each equally often.
  ///
  /// - Precondition: There is at least one.
  public init(_ problems: [Problem]) {
    precondition(!problems.isEmpty, "A list of problems needs at least one")
    self.problems = problems
  }

  /// The problems' descriptions.
  public var description: DistributionDescription {
    DistributionDescription(name: "list", problems: problems.map(\.description))
  }

  /// The number of problems.
  public var cycle: Int { problems.count }

  /// Problem number `index`, modulo their count.
  public func problem(_ index: Int, seed: UInt64) -> Problem { problems[index % problems.count] }
}
