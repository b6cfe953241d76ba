import Foundation
import Testing

@testable import Datasets

/// Files made by Scripts/fixtures/datasets.py, and what it says is in them.
enum Fixtures {
  static let folder = Bundle.module.resourcePath.map { $0 + "/Fixtures" } ?? ""

  struct Part: Decodable {
    var labels: [UInt8]
    var pixels: String
    var contentHash: String
    var sum: Double
    var sumOfSquares: Double
  }

  static func part(_ name: String) throws -> Part {
    let all = try object()
    return try JSONDecoder().decode(Part.self, from: JSONSerialization.data(withJSONObject: all[name] ?? [:]))
  }

  static func md5OfLengths() throws -> [String] {
    try #require(object()["md5"] as? [String])
  }

  private static func object() throws -> [String: Any] {
    let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/expected.json"))
    return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
  }
}

/// A folder that lives as long as its test.
final class TemporaryFolder {
  let path = NSTemporaryDirectory() + "metalr-datasets-" + UUID().uuidString

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Writes a file, with the folders on the way, and gives its path.
  @discardableResult
  func write(_ bytes: [UInt8], to name: String) throws -> String {
    let file = URL(fileURLWithPath: path + "/" + name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    return file.path
  }

  /// Copies the fixtures' file or folder.
  func copy(_ name: String) throws {
    try FileManager.default.copyItem(atPath: Fixtures.folder + "/" + name, toPath: path + "/" + name)
  }
}

/// An IDX file as bytes.
func idx(_ sizes: [Int], _ elements: [UInt8], type: UInt8 = 8) -> [UInt8] {
  [0, 0, type, UInt8(sizes.count)]
    + sizes.flatMap { size in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) } } + elements
}

/// What the closure throws, as text; empty when it throws nothing.
func message(_ body: () throws -> Void) -> String {
  do {
    try body()
    return ""
  } catch {
    return "\(error)"
  }
}
