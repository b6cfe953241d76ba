import ArgumentParser

/// The data sets on this machine.
struct DatasetsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "datasets",
    abstract: "List, download and check data sets.",
    discussion: """
      The data set 'shapes' is drawn by the program and needs no download.

      EXAMPLES:
        metalr datasets list
        metalr datasets fetch fashion cifar10
        metalr datasets verify --data /scratch/data
      """,
    subcommands: [DatasetsListCommand.self, DatasetsFetchCommand.self, DatasetsVerifyCommand.self])
}
