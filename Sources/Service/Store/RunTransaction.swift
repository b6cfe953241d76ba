import Foundation

/// What the store asks of a transaction, whichever database it is in: ``SQLiteTransaction``, ``PostgresTransaction``.
protocol RunTransaction {
  /// The run, unless it is deleted. In a transaction that writes nobody else changes it until the commit.
  func run(_ id: String) throws -> Run?
  /// The run that a client's own name for its request opened.
  func run(ofRequest requestKey: String, owner: String) throws -> Run?
  /// The runs that match, the newest first.
  func runs(_ filter: RunFilter, of reach: Reach) throws -> [Run]
  /// The newest runs within reach.
  func window(_ size: Int, of reach: Reach) throws -> RunWindow
  /// The part of a window's runs that a search asks for.
  func search(_ search: RunSearch, in window: RunWindow) throws -> FoundRuns
  /// How many of a window's runs that match have each value in common.
  func groups(by grouping: RunGrouping, _ filter: RunFilter, in window: RunWindow) throws -> FoundGroups
  /// Where a controller was used, and how it did.
  func usage(of controller: String, in window: RunWindow) throws -> ControllerUsage
  /// How many open runs an owner has. In a transaction that writes no one else opens one until the commit.
  func openRuns(of owner: String) throws -> Int
  /// How many runs there are of each status.
  func counts() throws -> [String: Int]

  func decision(_ run: Int64, at step: Int) throws -> StoredDecision?
  /// The decisions after a step, in order.
  func decisions(_ run: Int64, after step: Int, limit: Int) throws -> [StoredDecision]
  /// The decision before the latest `count` ones of those after a step; nil where there are no more.
  func decision(_ run: Int64, beforeLatest count: Int, after step: Int) throws -> StoredDecision?
  func checkpoint(_ hash: String) throws -> Data?

  func insertController(_ controller: LoadedController) throws
  /// - Returns: The new row's key.
  func insertRun(
    id: String, owner: String, requestKey: String?, request: RunRequest, hash: String, created: String,
    touched: Int64, rules: RunRules
  ) throws -> Int64
  func insert(_ decision: DecisionChain.Columns, link: [UInt8], of run: Int64) throws
  /// Stores what can change of a run's own row.
  func update(_ run: Run) throws
  func deleteDecisions(_ run: Int64, after step: Int) throws
  /// Writes one row, which tells whether the database can be written.
  func beat() throws
  /// How many open runs were begun by a build that decides by other rules; runs without rules get these.
  func adopt(_ rules: RunRules) throws -> Int

  /// Whether this transaction may do the housekeeping; false where another instance does it now.
  func claimHousekeeping() throws -> Bool
  /// Open runs without a sign of life since a time, in milliseconds since 1970.
  func silent(since time: Int64, limit: Int) throws -> [(id: String, owner: String)]
  /// Runs that are not open and were last heard of before a time.
  func ended(before time: Int64, limit: Int) throws -> [(id: String, owner: String)]
  /// Hides a run from everybody; ``sweep()`` deletes it.
  func hide(_ run: Run) throws
  func hasHidden() throws -> Bool
  /// Deletes a slice of what hidden runs hold, and checkpoints and rules that no run needs any more.
  ///
  /// - Returns: Whether there may be more.
  func sweep() throws -> Bool
  func hasFreePages() throws -> Bool
  /// Gives a slice of free pages back to the file system.
  ///
  /// - Returns: Whether there may be more.
  func shrink() throws -> Bool
}

/// The runs and owners that a change is about, where they are known beforehand: transactions that lock in one order
/// never wait for each other in a circle.
struct RunLocks: Sendable {
  var runs: Set<String> = []
  /// Owners whose open runs are counted.
  var owners: Set<String> = []

  static let none = RunLocks()
  static func run(_ id: String) -> RunLocks { RunLocks(runs: [id]) }
  static func owner(_ name: String) -> RunLocks { RunLocks(owners: [name]) }

  mutating func formUnion(_ other: RunLocks) {
    runs.formUnion(other.runs)
    owners.formUnion(other.owners)
  }
}
