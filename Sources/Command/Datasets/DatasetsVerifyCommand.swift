import ArgumentParser
import Datasets

/// Reads data sets and compares them with their publishers'.
struct DatasetsVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Read data sets and compare them with their publishers'.",
    discussion: """
      Without names, checks every data set of which a file is there. Ends with status 65 when a file cannot be used,
      and with 66 when a data set that was named is not there, or none at all.

      EXAMPLES:
        metalr datasets verify
        metalr datasets verify cifar10 --json
      """)

  @Argument(help: "The data sets: shapes, fashion, cifar10. (default: all that are there)")
  var names: [DatasetName] = []

  @OptionGroup var folder: DataFolderOption
  @OptionGroup var output: OutputOptions

  private struct Result: Encodable {
    let folder: String
    let files: [File]
  }

  private struct File: Encodable {
    let dataset: DatasetName
    let path: String
    let state: String
    let isUsable: Bool
    let problem: String?
  }

  func run() throws {
    let catalogue = folder.catalogue
    let found = catalogue.entries().filter { $0.state != .missing }.map(\.name)
    if let absent = names.first(where: { !found.contains($0) }) {
      throw DatasetError.missing(name: absent, folder: catalogue.folder)
    }
    let files = (names.isEmpty ? found : names).flatMap { name in
      catalogue.verify(name).map { Self.file($0, of: name) }
    }
    try output.show(
      Result(folder: catalogue.folder, files: files),
      text: files.isEmpty
        ? "There are no files to check in \(catalogue.folder).\n"
        : files.map { "\($0.path): \($0.problem ?? $0.state)\n" }.joined())
    guard !files.isEmpty || !names.isEmpty else { throw ExitCode(ExitStatus.missingInput.rawValue) }
    guard files.allSatisfy(\.isUsable) else { throw ExitCode(ExitStatus.badData.rawValue) }
  }

  private static func file(_ report: FileReport, of name: DatasetName) -> File {
    var problem: String?
    let state: String
    switch report.state {
    case .original: state = "the publisher's file"
    case .sameContent: state = "the publisher's content"
    case .readable: state = "readable, but not vouched for by a published MD5 sum"
    case .missing:
      state = "missing"
      problem = "missing; run 'metalr datasets fetch \(name)'"
    case .damaged(let text):
      state = "damaged"
      problem = text
    }
    return File(dataset: name, path: report.path, state: state, isUsable: report.isUsable, problem: problem)
  }
}
