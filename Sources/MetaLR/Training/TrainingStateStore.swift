import Files
import Foundation

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

  /// Saves a state and removes those before the last two.
  ///
  /// - Throws: `FileError` when the folder cannot be written; the states already there stay.
  public func save(_ state: ControllerTraining.State) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let name = "state-\(String(format: "%06d", state.updates.count)).json"
    try AtomicFile.write(encoder.encode(state), to: "\(folder)/\(name)")
    for old in try names().dropLast(Self.kept) {
      try? FileManager.default.removeItem(atPath: "\(folder)/\(old)")
    }
  }

  /// The newest state that can be read.
  ///
  /// - Throws: `FileError` when there is none, or none is whole.
  public func newest() throws -> ControllerTraining.State {
    let names = try names()
    for name in names.reversed() {
      let data = try readFile("\(folder)/\(name)")
      if let state = try? JSONDecoder().decode(ControllerTraining.State.self, from: data) { return state }
    }
    throw FileError(
      path: folder,
      problem: names.isEmpty
        ? "holds no saved training state" : "holds saved training states, but none can be read",
      remedy: "Begin the training again without resuming.")
  }

  /// Forgets every saved state; a missing folder is fine.
  public func removeAll() throws {
    for name in (try? names()) ?? [] {
      try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
  }

  /// The files of states, oldest first.
  private func names() throws -> [String] {
    guard let all = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      throw FileError(
        path: folder, problem: "is not a folder that can be read",
        remedy: "Check the path of the training to resume.")
    }
    return all.filter { $0.hasPrefix("state-") && $0.hasSuffix(".json") }.sorted()
  }
}
