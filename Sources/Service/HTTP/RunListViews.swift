import MetaLR

/// A page of a list of runs.
struct RunList: Encodable, Sendable {
  let runs: [RunView]
  /// What to give as `before` for the next page; null on the last.
  let next: String?
  /// How many match, and whether older runs were left out of a search; nil for a plain list, which does not count.
  var total: Int?
  var isPartial: Bool?

  private enum CodingKeys: String, CodingKey { case runs, next, total, isPartial }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(runs, forKey: .runs)
    try container.encode(next, forKey: .next)
    try container.encodeIfPresent(total, forKey: .total)
    try container.encodeIfPresent(isPartial, forKey: .isPartial)
  }
}

/// The groups of a list of runs.
struct RunGroupList: Encodable, Sendable {
  struct Group: Encodable, Sendable {
    let value: String?
    let total: Int
    let counts: [String: Int]

    private enum CodingKeys: String, CodingKey { case value, total, counts }

    init(_ group: RunGroup) {
      value = group.value
      total = group.total
      counts = RunGroupList.counts(group.counts)
    }

    // Written out so that a missing label is null, not absent.
    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(value, forKey: .value)
      try container.encode(total, forKey: .total)
      try container.encode(counts, forKey: .counts)
    }
  }

  let groups: [Group]
  let isPartial: Bool

  init(_ found: FoundGroups) {
    groups = found.groups.map(Group.init)
    isPartial = found.isPartial
  }

  /// A number for every status, also where it is 0.
  static func counts(_ counts: [RunStatus: Int]) -> [String: Int] {
    Dictionary(uniqueKeysWithValues: RunStatus.allCases.map { ($0.rawValue, counts[$0] ?? 0) })
  }
}

/// A controller with its use.
struct ControllerPage: Encodable, Sendable {
  struct Version: Encodable, Sendable {
    let hash: String
    let total: Int
    let counts: [String: Int]
  }

  struct Outcome: Encodable, Sendable {
    let runs, decisions, rollbacks, fallbacks: Int
    let outOfDistribution, medianLossRatio: Double?

    private enum CodingKeys: String, CodingKey {
      case runs, decisions, rollbacks, fallbacks, outOfDistribution, medianLossRatio
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(runs, forKey: .runs)
      try container.encode(decisions, forKey: .decisions)
      try container.encode(rollbacks, forKey: .rollbacks)
      try container.encode(fallbacks, forKey: .fallbacks)
      try container.encode(outOfDistribution, forKey: .outOfDistribution)
      try container.encode(medianLossRatio, forKey: .medianLossRatio)
    }
  }

  let controller: ControllerView?
  let versions: [Version]
  let outcome: Outcome
  let isPartial: Bool

  private enum CodingKeys: String, CodingKey { case controller, versions, outcome, isPartial }

  init(controller: ControllerView?, _ usage: ControllerUsage) {
    self.controller = controller
    versions = usage.versions.map {
      Version(
        hash: $0.hash, total: $0.counts.values.reduce(0, +), counts: RunGroupList.counts($0.counts))
    }
    let outcome = usage.outcome
    self.outcome = Outcome(
      runs: outcome.runs, decisions: outcome.decisions, rollbacks: outcome.rollbacks,
      fallbacks: outcome.fallbacks, outOfDistribution: outcome.distance,
      medianLossRatio: outcome.medianLossRatio)
    isPartial = usage.isPartial
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(controller, forKey: .controller)
    try container.encode(versions, forKey: .versions)
    try container.encode(outcome, forKey: .outcome)
    try container.encode(isPartial, forKey: .isPartial)
  }
}
