import Foundation
import Testing

@testable import Files

@Suite("Locks of folders")
struct FolderLockTests {
  @Test("Only one holds a folder, nothing is left in it, and it is free afterwards")
  func exclusive() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("metalr-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    do {
      let lock = try FolderLock(folder)
      let error = #expect(throws: FileError.self) { try FolderLock(folder) }
      #expect(error?.problem == "is in use by another process")
      withExtendedLifetime(lock) {}
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
    _ = try FolderLock(folder)
  }

  @Test("A file in the folder's place is an error")
  func file() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("metalr-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try AtomicFile.write("x", to: path)
    #expect(throws: FileError.self) { try FolderLock(path) }
  }
}
