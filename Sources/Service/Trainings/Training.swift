/// Where a training stands.
enum TrainingStatus: String, Codable, CaseIterable, Sendable {
  /// It waits for a worker.
  case queued
  /// A worker is at it.
  case running
  /// Its controller is among those of the service.
  case finished
  /// It cannot be done.
  case failed
  /// Somebody ended it.
  case cancelled

  /// Whether nothing more will happen to it.
  var isOver: Bool { self != .queued && self != .running }
}

/// The training of a controller: what was asked for, and where it stands.
struct Training: Sendable, Equatable {
  /// Its row in the database.
  let key: Int64
  /// What clients call it.
  let id: String
  /// The name of the token that it belongs to.
  let owner: String
  let request: TrainingRequest
  var status: TrainingStatus
  /// Times in milliseconds since 1970; 0 for not yet.
  let created: Int64
  var started: Int64
  var ended: Int64
  /// Episodes done.
  var episodes: Int
  /// Workers that ended since the last update of the policy, without finishing.
  var attempts: Int
  /// Why it failed; nil where it did not.
  var failure: String?
  /// SHA-256 of the checkpoint; nil before it is there.
  var controllerHash: String?
}

/// One update of a training's policy: a point of its learning curve.
public struct TrainingUpdate: Codable, Sendable, Equatable {
  /// From 0.
  public let number: Int
  /// Episodes done after it.
  public let episodes: Int
  /// Mean return of the episodes that it learned from; nil where that is not finite.
  public let meanReturn: Double?
  /// Share of them that diverged, in [0, 1].
  public let divergedShare: Double

  /// A point of a curve.
  public init(number: Int, episodes: Int, meanReturn: Double, divergedShare: Double) {
    self.number = number
    self.episodes = episodes
    self.meanReturn = meanReturn.isFinite ? meanReturn : nil
    self.divergedShare = divergedShare
  }
}

/// What the worker of a training tells the service: one JSON object a line.
public struct WorkerReport: Codable, Sendable, Equatable {
  /// Episodes done.
  public let episodes: Int
  /// An update that was made; nil for none.
  public let update: TrainingUpdate?

  /// A report.
  public init(episodes: Int, update: TrainingUpdate? = nil) {
    self.episodes = episodes
    self.update = update
  }
}
