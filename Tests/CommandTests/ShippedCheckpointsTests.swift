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
    // A folder of that name in the working folder is no checkpoint.
    try AtomicFile.write("x", to: folder.path + "/b/Sources.ckpt")
    #expect(try ShippedCheckpoints.path(of: "Sources", in: folders) == folder.path + "/b/Sources.ckpt")
    let error = #expect(throws: FileError.self) { try ShippedCheckpoints.path(of: "imagenet", in: folders) }
    #expect(error?.remedy == "Check the path, or give one of Sources, cifar, fashion.")
    #expect(throws: FileError.self) { try ShippedCheckpoints.path(of: "imagenet", in: []) }
  }

  @Test("A shipped name is found with its ending too, which is said")
  func ending() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write("x", to: folder.path + "/fashion.ckpt")
    var said: [String] = []
    let path = try ShippedCheckpoints.path(of: "fashion.ckpt", in: [folder.path]) { said.append($0) }
    #expect(path == folder.path + "/fashion.ckpt")
    #expect(said == ["There is no file 'fashion.ckpt' here; '\(path)' is taken."])
    _ = try ShippedCheckpoints.path(of: "fashion", in: [folder.path]) { said.append($0) }
    #expect(said.count == 1)
  }

  @Test("A name that is nearly one of those there is answered with it")
  func nearName() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write("x", to: folder.path + "/fashion.ckpt")
    try AtomicFile.write("x", to: folder.path + "/cifar.ckpt")
    let error = #expect(throws: FileError.self) {
      try ShippedCheckpoints.path(of: "fashoin.ckpt", in: [folder.path])
    }
    #expect(error?.remedy == "Did you mean 'fashion'? Check the path, or give one of cifar, fashion.")
  }

  @Test(
    "The distance of words counts letters",
    arguments: [("kitten", "sitting", 3), ("", "abc", 3), ("abc", "", 3), ("same", "same", 0)])
  func distance(first: String, second: String, expected: Int) {
    #expect(ShippedCheckpoints.editDistance(first, second) == expected)
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
