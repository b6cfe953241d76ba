import Files
import Foundation
import Reports

/// The files of one controller, all beside its checkpoint: `controller.ckpt`, `controller.log.csv` and so on.
struct ControllerFiles {
  let checkpoint: String
  private let base: String

  init(checkpoint: String) {
    self.checkpoint = checkpoint
    let url = URL(fileURLWithPath: checkpoint)
    base = url.pathExtension.isEmpty ? checkpoint : String(checkpoint.dropLast(url.pathExtension.count + 1))
  }

  /// One row for each training episode.
  var log: String { base + ".log.csv" }
  /// The same for TensorBoard, which reads folders.
  var events: String { base + ".events/" + TensorBoardLog.fileName(wallTime: 0) }
  /// Learned schedules on held-out seeds.
  var schedules: String { base + ".schedules.svg" }
  /// Validation losses on held-out seeds.
  var losses: String { base + ".losses.svg" }
  /// What an unfinished training goes on from.
  var state: String { base + ".state" }

  /// Refuses a checkpoint that is a folder before the training, not after it.
  func requireNoFolder() throws {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: checkpoint, isDirectory: &isFolder)
    guard checkpoint.hasSuffix("/") || exists && isFolder.boolValue else { return }
    throw OutputFileError(
      error: FileError(
        path: checkpoint, problem: "is a folder",
        remedy: "Give the file of the checkpoint, such as 'controller.ckpt' in that folder."))
  }
}
