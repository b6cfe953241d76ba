import ArgumentParser
import Datasets
import Reports

/// Lists the data sets that the program knows.
struct DatasetsListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the data sets and whether they are there.",
    discussion: """
      EXAMPLES:
        metalr datasets list
        metalr datasets list --data /scratch/data --json
      """)

  @OptionGroup var folder: DataFolderOption
  @OptionGroup var output: OutputOptions

  private struct Result: Encodable {
    let folder: String
    let datasets: [Row]
  }

  private struct Row: Encodable {
    let name: DatasetName
    let summary: String
    let state: DatasetEntry.State
    let shape: PixelShape
    let trainImages: Int
    let validationImages: Int
    let testImages: Int
  }

  func run() throws {
    let catalogue = folder.catalogue
    let entries = catalogue.entries()
    let rows = entries.map { entry in
      Row(
        name: entry.name, summary: entry.name.summary, state: entry.state, shape: entry.shape,
        trainImages: entry.trainCount, validationImages: entry.validationCount, testImages: entry.testCount)
    }
    try output.show(
      Result(folder: catalogue.folder, datasets: rows), text: Self.text(rows, folder: catalogue.folder))
  }

  private static func text(_ rows: [Row], folder: String) -> String {
    var table = TextTable(
      columns: [
        .init("name", .left), .init("state", .left), .init("images", .left), .init("train"),
        .init("validation"), .init("test"), .init("what it is", .left),
      ])
    for row in rows {
      table.addRow([
        row.name.rawValue, row.state.rawValue, row.shape.description, "\(row.trainImages)",
        "\(row.validationImages)", "\(row.testImages)", row.summary,
      ])
    }
    return table.text + "\nData folder: \(folder)\n"
  }
}
