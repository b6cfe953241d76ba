import Foundation
import Testing

@testable import Files

@Suite("Atomic files")
struct AtomicFileTests {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("metalr-\(UUID())").path

  @Test("A file is written, replaced, and leaves nothing else behind")
  func replace() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/deep/a.txt"
    try AtomicFile.write("one", to: path)
    try AtomicFile.write("two", to: path)
    #expect(try readFile(path) == Data("two".utf8))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/deep") == ["a.txt"])
  }

  @Test("A folder that cannot be made is an error that names it")
  func folderBelowAFile() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try AtomicFile.write("x", to: folder + "/file")
    let error = #expect(throws: FileError.self) {
      try AtomicFile.write("y", to: folder + "/file/below/a.txt")
    }
    #expect(error?.description.contains("/file/below' could not be created (Not a directory)") == true)
  }

  @Test("A name that is a folder is refused and the temporary file removed")
  func nameOfAFolder() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try AtomicFile.write("x", to: folder + "/taken/inside")
    let error = #expect(throws: FileError.self) { try AtomicFile.write("y", to: folder + "/taken") }
    #expect(error?.remedy == "Give the name of a file, not of a folder.")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["taken"])
  }

  @Test("Reading a folder is an error")
  func readFolder() throws {
    let error = #expect(throws: FileError.self) { try readFile(NSTemporaryDirectory()) }
    #expect(error?.problem == "is a folder")
  }
}
