import Foundation
import MetaLR
import Testing

/// The lists that the Python package must have too: Clients/python/tests/golden/lists.json.
///
/// With METALR_WRITE_GOLDEN=1 the file is written anew.
@Suite("Golden lists")
struct GoldenListTests {
  static let path = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Clients/python/tests/golden/lists.json").path

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
    if ProcessInfo.processInfo.environment["METALR_WRITE_GOLDEN"] == "1" {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
      try encoder.encode(Lists()).write(to: URL(fileURLWithPath: Self.path), options: .atomic)
    }
    let written = try JSONDecoder().decode(
      Lists.self, from: Data(contentsOf: URL(fileURLWithPath: Self.path)))
    #expect(written == Lists(), "run this test with METALR_WRITE_GOLDEN=1, and change the Python package")
  }
}
