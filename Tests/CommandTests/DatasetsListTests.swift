import Foundation
import Testing

@Suite("metalr datasets list")
struct DatasetsListTests {
  @Test("The table names every data set, its state and the folder")
  func table() throws {
    let folder = try TemporaryFolder()
    let run = try ProgramRun("datasets", "list", "--data", folder.path)
    #expect(run.status == 0)
    #expect(run.error.isEmpty)
    let lines = run.output.split(separator: "\n")
    #expect(lines[0].hasPrefix("name "))
    #expect(lines[2].hasPrefix("shapes   drawn "))
    #expect(lines[3].hasPrefix("fashion  missing "))
    #expect(lines[4].hasPrefix("cifar10  missing "))
    #expect(lines.last == "Data folder: \(folder.path)")
  }

  @Test("--json prints one object with the same content, and nothing else")
  func json() throws {
    let folder = try TemporaryFolder()
    try folder.add("fashion-mnist/train-images-idx3-ubyte")
    let run = try ProgramRun("datasets", "list", "--json", environment: ["METALR_DATA": folder.path])
    #expect(run.status == 0)
    #expect(run.error.isEmpty)
    let object = try run.object()
    #expect(object["folder"] as? String == folder.path)
    let datasets = try #require(object["datasets"] as? [[String: Any]])
    #expect(datasets.compactMap { $0["name"] as? String } == ["shapes", "fashion", "cifar10"])
    #expect(datasets.compactMap { $0["state"] as? String } == ["drawn", "incomplete", "missing"])
    #expect(datasets.compactMap { $0["trainImages"] as? Int } == [10_000, 50_000, 40_000])
  }

  @Test("--data goes before METALR_DATA")
  func folderOption() throws {
    let folder = try TemporaryFolder()
    let run = try ProgramRun(
      "datasets", "list", "--data", folder.path, environment: ["METALR_DATA": "/nowhere"])
    #expect(run.output.hasSuffix("Data folder: \(folder.path)\n"))
  }
}
