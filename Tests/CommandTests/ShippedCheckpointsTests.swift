import Files
import Foundation
import Testing

@testable import Command

@Suite("Checkpoints that come with the program")
struct ShippedCheckpointsTests {
  @Test("A name is looked for, a path is taken as it is, and what is not there is told with what is")
  func names() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write("x", to: folder.path + "/b/fashion.ckpt")
    try AtomicFile.write("x", to: folder.path + "/b/cifar.ckpt")
    let folders = [folder.path + "/a", folder.path + "/b"]
    #expect(try ShippedCheckpoints.path(of: "fashion", in: folders) == folder.path + "/b/fashion.ckpt")
    #expect(try ShippedCheckpoints.path(of: "other/fashion", in: folders) == "other/fashion")
    #expect(try ShippedCheckpoints.path(of: "fashion.ckpt", in: folders) == "fashion.ckpt")
    // A folder of that name in the working folder is no checkpoint.
    try AtomicFile.write("x", to: folder.path + "/b/Sources.ckpt")
    #expect(try ShippedCheckpoints.path(of: "Sources", in: folders) == folder.path + "/b/Sources.ckpt")
    let error = #expect(throws: FileError.self) { try ShippedCheckpoints.path(of: "imagenet", in: folders) }
    #expect(error?.remedy == "Check the path, or give one of Sources, cifar, fashion.")
    #expect(throws: FileError.self) { try ShippedCheckpoints.path(of: "imagenet", in: []) }
  }

  @Test("Every checkpoint of the repository can be read, and has a card")
  func cards() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../checkpoints").path
    let cards = try String(contentsOfFile: folder + "/README.md", encoding: .utf8)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".ckpt") }
    #expect(!names.isEmpty)
    for name in names {
      let run = try ProgramRun("inspect", folder + "/" + name)
      #expect(run.status == 0, "\(name): \(run.error)")
      #expect(cards.contains("## \(name.dropLast(5))\n"), "\(name)")
    }
  }
}
