import Crypto
import Files
import Foundation
import MetaLR

/// A controller that was read from the folder of checkpoints.
struct LoadedController: Sendable {
  /// The file's name without ".ckpt".
  let name: String
  /// SHA-256 of the file.
  let hash: String
  /// The file.
  let data: Data
  /// What it says of itself.
  let card: ControllerCard
  let controller: Controller
}

/// The checkpoints of one folder, by name; nothing outside the folder can be reached through it.
actor ControllerLibrary {
  private let folder: String
  private var loaded: [String: (stamp: Stamp, controller: Result<LoadedController, FileError>)] = [:]

  /// What changes when a file is replaced.
  private struct Stamp: Equatable {
    let modified: Date
    let size: Int
  }

  private static let suffix = ".ckpt"
  /// Larger files are no controllers; a controller of the paper's size has 40 KB.
  private static let largest = 256 << 20

  /// Opens the folder.
  init(folder: String) {
    self.folder = folder
  }

  /// The controllers that can be used now, by name, and what is wrong with the others.
  ///
  /// - Throws: ``ServiceError`` when the folder cannot be read.
  func contents() throws(ServiceError) -> (controllers: [LoadedController], damaged: [FileError]) {
    try refresh()
    var controllers: [LoadedController] = []
    var damaged: [FileError] = []
    for (_, entry) in loaded.sorted(by: { $0.key < $1.key }) {
      switch entry.controller {
      case .success(let controller): controllers.append(controller)
      case .failure(let error): damaged.append(error)
      }
    }
    return (controllers, damaged)
  }

  /// The controller of this name.
  ///
  /// - Throws: ``ServiceError`` when there is none, or its file cannot be used.
  func controller(_ name: String) throws(ServiceError) -> LoadedController {
    try refresh()
    switch loaded[name]?.controller {
    case .success(let controller): return controller
    case .failure(let error):
      throw ServiceError(
        422, "controller_unusable", "Controller '\(name)' \(error.problem).", remedy: error.remedy)
    case nil:
      let names = loaded.keys.sorted().prefix(10).joined(separator: ", ")
      throw ServiceError(
        404, "unknown_controller", "There is no controller '\(name.prefix(64))'.",
        remedy: names.isEmpty ? "Put a checkpoint into the folder of the service." : "Choose from: \(names).")
    }
  }

  /// Whether a file of this name is there, usable or not.
  func contains(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(of: name)) }

  /// Adds the controller that a training made; one that is there already stays.
  ///
  /// - Parameters:
  ///   - name: What it will be called.
  ///   - training: The folder of the training.
  /// - Returns: SHA-256 of the checkpoint.
  /// - Throws: `FileError` when a file cannot be read or written; ``ServiceError`` when another controller has the name.
  func add(_ name: String, from training: String) throws -> String {
    let data = Data(Array(try readFile(training + "/" + TrainingRequest.File.checkpoint)))
    if contains(name) {
      guard try Data(Array(readFile(path(of: name)))) == data else {
        throw ServiceError.controllerExists(name)
      }
    } else {
      try AtomicFile.write(data, to: path(of: name))
    }
    return try controller(name).hash
  }

  private func path(of name: String) -> String { folder + "/" + name + Self.suffix }

  private func refresh() throws(ServiceError) {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw ServiceError(
        503, "checkpoints_unreadable", "The folder of checkpoints cannot be read.",
        remedy: "Restore the folder that --checkpoints names.", retryAfter: 30)
    }
    var current = loaded
    current.removeAll()
    for file in names where file.hasSuffix(Self.suffix) && !file.hasPrefix(".") {
      let path = folder + "/" + file
      guard let stamp = Self.stamp(of: path) else { continue }
      let name = String(file.dropLast(Self.suffix.count))
      if let known = loaded[name], known.stamp == stamp {
        current[name] = known
      } else {
        current[name] = (stamp, Self.load(name, path, stamp.size))
      }
    }
    loaded = current
  }

  private static func stamp(of path: String) -> Stamp? {
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
      attributes[.type] as? FileAttributeType == .typeRegular,
      let modified = attributes[.modificationDate] as? Date, let size = attributes[.size] as? Int
    else { return nil }
    return Stamp(modified: modified, size: size)
  }

  private static func load(
    _ name: String, _ path: String, _ size: Int
  ) -> Result<LoadedController, FileError> {
    do throws(FileError) {
      guard size <= largest else {
        throw FileError(
          path: path, problem: "has \(size) bytes", remedy: "Give a checkpoint of at most \(largest) bytes.")
      }
      // Copied, not mapped: the file may be replaced while the copy goes into the database.
      let data = Data(Array(try readFile(path)))
      let checkpoint = try Checkpoint(decoding: data, path: path)
      return .success(
        LoadedController(
          name: name, hash: SHA256.hash(data: data).map { String(format: "%02x", $0) }.joined(), data: data,
          card: checkpoint.card, controller: checkpoint.controller))
    } catch {
      return .failure(error)
    }
  }
}
