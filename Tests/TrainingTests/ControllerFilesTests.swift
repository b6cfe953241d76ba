import Files
import Foundation
import Testing

@testable import Training

@Suite("Files of a controller")
struct ControllerFilesTests {
  @Test(
    "All lie beside the checkpoint under its name",
    arguments: [("a/b.ckpt", "a/b"), ("b", "b"), ("a.b/c", "a.b/c"), ("c.1.ckpt", "c.1")])
  func names(checkpoint: String, base: String) {
    let files = ControllerFiles(checkpoint: checkpoint)
    #expect(files.log == base + ".log.csv")
    #expect(files.state == base + ".state")
    #expect(files.schedules == base + ".schedules.svg")
    #expect(files.losses == base + ".losses.svg")
    #expect(files.events.hasPrefix(base + ".events/"))
  }

  @Test("A folder is no checkpoint")
  func folder() throws {
    let folder = TrainingJobTests.Folder()
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    #expect(throws: FileError.self) { try ControllerFiles(checkpoint: folder.path).requireNoFolder() }
    #expect(throws: FileError.self) { try ControllerFiles(checkpoint: "new/").requireNoFolder() }
    try ControllerFiles(checkpoint: folder.path + "/a.ckpt").requireNoFolder()
  }
}
