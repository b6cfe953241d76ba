import ArgumentParser
import Datasets
import Foundation

/// Downloads data sets from their publishers.
struct DatasetsFetchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract: "Download data sets from their publishers.",
    discussion: """
      Every file is checked against the publisher's MD5 sum. What is there already is not fetched again; an
      interrupted download goes on where it stopped.

      EXAMPLES:
        metalr datasets fetch fashion
        metalr datasets fetch cifar10 --data /scratch/data
      """)

  @Argument(help: "The data sets: fashion, cifar10.")
  var names: [DatasetName]

  @OptionGroup var folder: DataFolderOption

  @Option(
    help: ArgumentHelp(
      "Download from a mirror: the address up to the names of the files.", valueName: "address"))
  var from: String?

  @OptionGroup var output: OutputOptions

  private struct Result: Encodable {
    let folder: String
    let fetched: [String]
  }

  func run() async throws {
    let catalogue = folder.catalogue
    for name in names {
      let display = FetchDisplay(options: output)
      let work = Task {
        try await writingOutput {
          try await catalogue.fetch(name, from: from) { display.show($0) }
        }
      }
      let interrupt = Interrupt { work.cancel() }
      let result = await work.result
      display.finish()
      if interrupt.isRequested {
        throw interrupt.error(advice: "Run the same command again to go on where it stopped.")
      }
      try result.get()
    }
    try output.show(
      Result(folder: catalogue.folder, fetched: names.map(\.rawValue)),
      text: names.map { name in
        name == .shapes
          ? "shapes: drawn by the program, needs no download\n"
          : "\(name): in \(catalogue.folder), checked against the publisher's MD5 sums\n"
      }.joined())
  }
}
