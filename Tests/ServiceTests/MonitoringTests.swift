import Foundation
import Testing

@testable import Service

@Suite("Rules and boards for monitoring")
struct MonitoringTests {
  static let folder =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path + "/Docs/monitoring/"

  @Test("Every metric and endpoint that they name is there", arguments: ["alerts.yml", "grafana.json"])
  func metrics(file: String) throws {
    let text = try String(contentsOfFile: Self.folder + file, encoding: .utf8)
    let names = text.matches(of: /\b(metalr|process)_[a-z_]+/).map { String($0.output.0) }
    #expect(names.count > 10)
    for name in Set(names) {
      let base = name.replacing(/_(bucket|sum|count)$/, with: "")
      #expect(MetricHelp.texts[base] != nil, "\(name)")
    }
    let endpoints = text.matches(of: /endpoint=\\?"([A-Z]+) ([^"\\]+)/).map {
      "\($0.output.1) \($0.output.2)"
    }
    let specification = try Specification()
    #expect(!endpoints.isEmpty && specification.operations.isSuperset(of: endpoints), "\(endpoints)")
  }
}
