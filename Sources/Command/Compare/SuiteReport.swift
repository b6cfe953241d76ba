import Experiments
import Files
import Reports

/// A comparison over suites in all its forms: text, page, pictures, numbers.
struct SuiteReport {
  let results: [SuiteResults]
  /// Names of the controllers that were given.
  let methods: [String]
  /// Tests of the claims that were given; empty without.
  let claims: [SuiteResults.Test]

  /// All tables for a terminal.
  var text: String {
    results.map { "\(SuiteTable(results: $0).text)\n" }.joined() + SuiteTable.legend + "\n"
      + tables.map { "\($0.title):\n\n\($0.table.text)\n" }.joined() + SuiteTable.testLegend
  }

  /// Writes every form of the report.
  ///
  /// - Returns: The paths.
  func write(to folder: String) throws -> [String] {
    let paths = ["report.html", "table.md", "results.json"].map { "\(folder)/\($0)" }
    try page.write(to: paths[0])
    try AtomicFile.write(markdown, to: paths[1])
    try AtomicFile.write(StandardOutput.text(json: numbers), to: paths[2])
    return try paths + results.flatMap { try SuitePictures(results: $0, methods: methods).write(to: folder) }
  }

  /// What a program reads.
  struct Numbers: Encodable {
    let suites: [SuiteResults]
    let tests: [SuiteResults.Test]
    let claims: [SuiteResults.Test]
  }

  /// Regrets and tests.
  var numbers: Numbers {
    Numbers(suites: results, tests: results.flatMap { $0.tests(of: methods) }, claims: claims)
  }

  private var tables: [(title: String, table: TextTable)] {
    let tests = results.map {
      (title: "\($0.suite): the controllers and the others", table: SuiteTable.tests($0.tests(of: methods)))
    }
    return tests + (claims.isEmpty ? [] : [("Claims", SuiteTable.tests(claims))])
  }

  private var markdown: String {
    results.map {
      let table = SuiteTable(results: $0)
      return "## \(table.heading)\n\n\(table.regrets.markdown)\n"
    }.joined() + SuiteTable.legend + "\n"
      + tables.map { "## \($0.title)\n\n\($0.table.markdown)\n" }.joined() + SuiteTable.testLegend
  }

  private var page: HTMLReport {
    var page = HTMLReport(title: "Learning rates on suites of problems")
    page.blocks.append(.paragraph(SuiteTable.legend))
    for result in results {
      let (table, pictures) = (SuiteTable(results: result), SuitePictures(results: result, methods: methods))
      page.blocks += [
        .heading(table.heading), .table(table.regrets, caption: ""),
        .table(SuiteTable.tests(result.tests(of: methods)), caption: SuiteTable.testLegend),
        .figure(pictures.profiles, caption: "Further up and left is better."),
        .figure(pictures.initialRates, caption: "Flat: a bad initial rate costs nothing."),
        .heatMap(pictures.kinds, caption: "Blue: better than the search."),
      ]
      if let rates = pictures.rates { page.blocks.append(.figure(rates, caption: "")) }
    }
    if !claims.isEmpty {
      page.blocks += [.heading("Claims"), .table(SuiteTable.tests(claims), caption: SuiteTable.testLegend)]
    }
    page.blocks += [
      .heading("Command"), .code(CommandLine.arguments.map(\.shellQuoted).joined(separator: " ")),
    ]
    return page
  }
}
