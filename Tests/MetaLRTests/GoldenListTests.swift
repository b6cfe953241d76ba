import Foundation
import MetaLR
import Testing

/// The lists that Python must have too: Clients/python/tests/golden/lists.json, and the measures in two modules.
///
/// With METALR_WRITE_GOLDEN=1 they are written anew, so that measures have one source.
@Suite("Golden lists")
struct GoldenListTests {
  static let clients = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Clients")
  static let isWriting = ProcessInfo.processInfo.environment["METALR_WRITE_GOLDEN"] == "1"

  struct Lists: Codable, Equatable {
    struct NamedMeasure: Codable, Equatable {
      var name: String
      var minimum: Double?
    }
    struct NamedFeature: Codable, Equatable {
      var name: String
      var group: String
    }
    struct Preset: Codable, Equatable {
      var name: String
      var features: [String]
    }
    var measures = Measure.allCases.map { NamedMeasure(name: $0.rawValue, minimum: $0.minimum) }
    var groups = FeatureGroup.allCases.map(\.rawValue)
    var features = Feature.all.map { NamedFeature(name: $0.name, group: $0.group.rawValue) }
    var presets = FeatureList.presets.map { Preset(name: $0.key, features: $0.value.names) }
  }

  @Test("Measures, features and presets are those that are written for Python")
  func lists() throws {
    let file = Self.clients.appendingPathComponent("python/tests/golden/lists.json")
    if Self.isWriting {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
      try encoder.encode(Lists()).write(to: file, options: .atomic)
    }
    let written = try JSONDecoder().decode(Lists.self, from: Data(contentsOf: file))
    #expect(written == Lists(), "run this test with METALR_WRITE_GOLDEN=1, and change the Python package")
  }

  /// A measure as the Python package writes it.
  static func entry(_ measure: Measure) -> String {
    let minimum = measure.minimum.map { ", minimum=\(Int($0))" } ?? ""
    return "Measure(\"\(measure.rawValue)\"\(measure.isFact ? ", is_fact=True" : "")\(minimum))"
  }

  @Test(
    "The Python modules hold the measures",
    arguments: [
      ("python/metalr/core/measures.py", Measure.allCases.map(entry)),
      ("trainee-python/metalr_trainee.py", Measure.allCases.map { "\"\($0.rawValue)\"" }),
    ])
  func modules(path: String, entries: [String]) throws {
    let file = Self.clients.appendingPathComponent(path)
    let text = try String(contentsOf: file, encoding: .utf8)
    let start = try #require(text.range(of: "\nMEASURES = (\n")).upperBound
    let end = try #require(text.range(of: "\n)\n", range: start..<text.endIndex)).lowerBound
    let list = entries.map { "    \($0)," }.joined(separator: "\n")
    guard Self.isWriting else {
      #expect(text[start..<end] == list, "run this test with METALR_WRITE_GOLDEN=1")
      return
    }
    try text.replacingCharacters(in: start..<end, with: list).write(
      to: file, atomically: true, encoding: .utf8)
  }
}
