import MetaLR

/// Problems of two distributions in turn.
///
/// A controller that goes on over one kind of problems alone forgets others; half of its problems are therefore those that
/// it comes from.
public struct MixedProblems: ProblemDistribution {
  /// Those of even numbers.
  public let first: any ProblemDistribution
  /// Those of odd numbers.
  public let second: any ProblemDistribution

  /// Two distributions in turn.
  public init(_ first: any ProblemDistribution, _ second: any ProblemDistribution) {
    self.first = first
    self.second = second
  }

  /// What both are.
  public var description: DistributionDescription {
    let parts = [first.description, second.description]
    return DistributionDescription(
      name: parts[0].name + " and " + parts[1].name,
      settings: parts[0].settings
        + parts[1].settings.map { DistributionDescription.Setting("every other: \($0.name)", $0.value) },
      problems: parts.flatMap(\.problems))
  }

  /// Where both have begun again together.
  public var cycle: Int { first.cycle == 1 && second.cycle == 1 ? 1 : 2 * first.cycle * second.cycle }

  /// Problem number `index`: half that number of one of them.
  public func problem(_ index: Int, seed: UInt64) throws -> Problem {
    try (index.isMultiple(of: 2) ? first : second).problem(index / 2, seed: seed)
  }
}
