import Foundation

/// An empty folder that goes when nobody holds it any more.
final class TemporaryFolder {
  let path: String

  init() throws {
    path =
      FileManager.default.temporaryDirectory.appendingPathComponent("metalr-tests-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Writes a file in the folder, with the folders on its way.
  @discardableResult
  func add(_ name: String, _ text: String = "") throws -> String {
    let file = try prepare(name)
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    return file
  }

  /// Writes a data set of ten classes in the folder: so many random pictures to train, and 40 to test.
  func addIDX(_ name: String, images: UInt8) throws -> String {
    for (part, count) in [("train", images), ("t10k", 40)] {
      let pixels = (0..<Int(count) * 784).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
      let labels = (0..<count).map { $0 % 10 }
      for (file, bytes) in [
        ("images-idx3", [0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 28, 0, 0, 0, 28] + pixels),
        ("labels-idx1", [0, 0, 8, 1, 0, 0, 0, count] + labels),
      ] {
        try Data(bytes).write(to: URL(fileURLWithPath: prepare("\(name)/\(part)-\(file)-ubyte")))
      }
    }
    return path + "/" + name
  }

  /// Writes a program in the folder.
  ///
  /// Another process writes it: a child that a parallel test starts could inherit this one's open file, and a program
  /// that is open for writing anywhere cannot be run ("text file busy").
  func addProgram(_ name: String, _ text: String) throws {
    let file = try prepare(name)
    let writer = Process()
    writer.executableURL = URL(fileURLWithPath: "/bin/sh")
    writer.arguments = ["-c", #"printf %s "$2" >"$1" && chmod 755 "$1""#, "sh", file, text]
    try writer.run()
    writer.waitUntilExit()
    guard writer.terminationStatus == 0 else { throw CocoaError(.fileWriteUnknown) }
  }

  private func prepare(_ name: String) throws -> String {
    let file = path + "/" + name
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    return file
  }
}
