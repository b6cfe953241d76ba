import ArgumentParser
import Datasets

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
    let cells = rows.map { row in
      [
        row.name.rawValue, row.state.rawValue, row.shape.description,
        "\(row.trainImages)/\(row.validationImages)/\(row.testImages)", row.summary,
      ]
    }
    let table = [["name", "state", "images", "train/validation/test", "what it is"]] + cells
    let widths = table[0].indices.map { column in table.map { $0[column].count }.max() ?? 0 }
    let lines = table.map { row in
      zip(row, widths).map { text, width in
        text + String(repeating: " ", count: width - text.count)
      }.joined(separator: "  ").trimmingSuffix(while: \.isWhitespace)
    }
    return (lines + ["", "Data folder: \(folder)"]).joined(separator: "\n") + "\n"
  }
}

extension String {
  fileprivate func trimmingSuffix(while isUnwanted: (Character) -> Bool) -> Substring {
    prefix(upTo: lastIndex { !isUnwanted($0) }.map(index(after:)) ?? startIndex)
  }
}
