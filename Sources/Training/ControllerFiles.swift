import Files
import Foundation

/// The files of one controller, all beside its checkpoint: `controller.ckpt`, `controller.log.csv` and so on.
public struct ControllerFiles: Sendable {
  /// The checkpoint.
  public let checkpoint: String
  private let base: String

  /// The files beside a checkpoint.
  public init(checkpoint: String) {
    self.checkpoint = checkpoint
    let url = URL(fileURLWithPath: checkpoint)
    base = url.pathExtension.isEmpty ? checkpoint : String(checkpoint.dropLast(url.pathExtension.count + 1))
  }

  /// One row for each training episode.
  public var log: String { base + ".log.csv" }
  /// The same for TensorBoard, which reads folders.
  public var events: String { base + ".events/" + EventTime.fileName }
  /// Learned schedules on held-out seeds.
  public var schedules: String { base + ".schedules.svg" }
  /// Validation losses on held-out seeds.
  public var losses: String { base + ".losses.svg" }
  /// What an unfinished training goes on from.
  public var state: String { base + ".state" }
  /// A trained controller that its test did not accept.
  public var candidate: String { base + ".candidate.ckpt" }
  /// The served runs that a training learned from.
  public var runs: String { base + ".runs.json" }

  /// Refuses a checkpoint that is a folder before the training, not after it.
  ///
  /// - Throws: `FileError`.
  public func requireNoFolder() throws(FileError) {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: checkpoint, isDirectory: &isFolder)
    guard checkpoint.hasSuffix("/") || exists && isFolder.boolValue else { return }
    throw FileError(
      path: checkpoint, problem: "is a folder",
      remedy: "Give the file of the checkpoint, such as 'controller.ckpt' in that folder.")
  }
}
