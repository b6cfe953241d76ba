import Foundation
import Testing

@Suite("Controllers for any training on the command line")
struct SuiteCommandTests {
  @Test("Suites: a page, tables, claims, and the same command again finds its runs")
  func suites() throws {
    let folder = try TemporaryFolder()
    let claims = folder.path + "/claims.txt"
    try Data("universal < warm-up linear 3.162 x usual\n".utf8).write(to: URL(fileURLWithPath: claims))
    func compare(_ more: String...) throws -> ProgramRun {
      try ProgramRun(
        ProgramRun.program,
        [
          "compare", "controller:universal", "--suites", "short", "--problems", "2", "--output",
          folder.path + "/out", "--quiet",
        ] + more, environment: [:])
    }
    let run = try compare("--claims", claims)
    #expect(run.status == 0, "\(run.error)")
    for text in ["2 problems, short", "universal, open loop", "calibrated schedule", "Claims:"] {
      #expect(run.output.contains(text), "\(text)")
    }
    let page = try String(contentsOfFile: folder.path + "/out/report.html", encoding: .utf8)
    for text in ["Share of problems within a regret", "Where which method is good", "Learned rates"] {
      #expect(page.contains(text), "\(text)")
    }
    for name in ["profiles", "initial-rates", "rates", "kinds"] {
      #expect(FileManager.default.fileExists(atPath: "\(folder.path)/out/short-\(name).svg"), "\(name)")
    }
    let journal = folder.path + "/out/suites.jsonl"
    let size = try Data(contentsOf: URL(fileURLWithPath: journal)).count
    let again = try compare("--claims", claims)
    #expect(again.output == run.output)
    #expect(try Data(contentsOf: URL(fileURLWithPath: journal)).count == size)
    try Data("universal < nobody\n".utf8).write(to: URL(fileURLWithPath: claims))
    let unknown = try compare("--claims", claims)
    #expect(unknown.status == 64 && unknown.error.contains("nobody"), "\(unknown.error)")
    #expect(try ProgramRun("compare", "constant", "--claims", claims).status == 64)
  }

  @Test("apply without a checkpoint takes universal, and --explain writes what drove it")
  func explanation() throws {
    let folder = try TemporaryFolder()
    let run = try ProgramRun(
      ProgramRun.program,
      ["apply", "--seeds", "1", "--initial-rates", "0.01", "--explain", "--output", folder.path]
        + TrainControllerTests.small, environment: [:])
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.contains("What drove the decisions"))
    let rows = try String(contentsOfFile: folder.path + "/explanation.csv", encoding: .utf8).split(
      separator: "\n")
    // Three looks, the last of which decides the first interval, and a decision for the two others, of 53 inputs each.
    #expect(rows.count == 1 + 5 * 53)
    #expect(rows.dropFirst().contains { $0.contains(",rate over usual,") && !$0.hasSuffix(",0.0") })
    #expect(FileManager.default.fileExists(atPath: folder.path + "/explanation.svg"))
  }

  @Test("inspect says what moves the decisions of a controller for any training")
  func influences() throws {
    let universal = try ProgramRun("inspect", "universal")
    #expect(universal.status == 0 && universal.output.contains("What moves its decisions"))
    #expect(universal.output.contains("\nprogress "))
    #expect(try !ProgramRun("inspect", "fashion").output.contains("What moves its decisions"))
  }
}
