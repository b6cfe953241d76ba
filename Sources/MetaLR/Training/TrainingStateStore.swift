import Files
import Foundation

/// An unfinished training: what it is on, and everything that it goes on from.
public struct SavedTraining: Codable, Sendable {
  /// What it is trained on; a training goes on with the same problems only.
  public let problems: DistributionDescription
  /// The schedules that it imitates.
  public let teachers: [String]
  /// The trainings of the controller that it began as, oldest first; empty for a training that began anew.
  public let earlier: [ControllerCard]
  /// Everything that the training goes on from.
  public let state: ControllerTraining.State

  /// Puts them together.
  public init(
    problems: DistributionDescription, teachers: [String], earlier: [ControllerCard],
    state: ControllerTraining.State
  ) {
    self.problems = problems
    self.teachers = teachers
    self.earlier = earlier
    self.state = state
  }
}

/// Where a controller's training keeps its state, so that it can be resumed after any stop.
///
/// Every update has a file of its own, `state-000012.json` after twelve updates. The last two are kept: should the
/// newest be damaged by a failing disk, the one before it is taken.
public struct TrainingStateStore: Sendable {
  /// The folder of the files.
  public let folder: String

  private static let kept = 2

  /// A store in `folder`, which is created with the first save.
  public init(folder: String) {
    self.folder = folder
  }

  /// Whether nothing is saved.
  public var isEmpty: Bool { ((try? names()) ?? []).isEmpty }

  /// Saves a training and removes what was saved before the last two.
  ///
  /// - Throws: `FileError` when the folder cannot be written; the states already there stay.
  public func save(_ training: SavedTraining) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let name = "state-\(String(format: "%06d", training.state.updates.count)).json"
    try AtomicFile.write(encoder.encode(training), to: "\(folder)/\(name)")
    for old in try names().dropLast(Self.kept) {
      try? FileManager.default.removeItem(atPath: "\(folder)/\(old)")
    }
  }

  /// The newest training that can be read.
  ///
  /// - Throws: `FileError` when there is none, or none is whole.
  public func newest() throws(FileError) -> SavedTraining {
    let names = try names()
    for name in names.reversed() {
      if let data = try? readFile("\(folder)/\(name)"),
        let saved = try? JSONDecoder().decode(SavedTraining.self, from: data), saved.state.isConsistent
      {
        return saved
      }
    }
    throw FileError(
      path: folder,
      problem: names.isEmpty
        ? "holds no saved training state" : "holds saved training states, but none can be read",
      remedy: "Begin the training without resuming.")
  }

  /// Forgets every saved training, and what a killed process left half-written; a missing folder is fine.
  public func remove() {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in all where Self.isState(name) || name.hasPrefix(".state-") && name.hasSuffix(".tmp") {
      try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
    // Removes the folder only if nothing else is in it.
    rmdir(folder)
  }

  /// The files of states, oldest first.
  private func names() throws(FileError) -> [String] {
    guard let all = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      throw FileError(
        path: folder, problem: "holds no saved training state", remedy: "Begin the training without resuming."
      )
    }
    return all.filter(Self.isState).sorted()
  }

  private static func isState(_ name: String) -> Bool { name.hasPrefix("state-") && name.hasSuffix(".json") }
}
