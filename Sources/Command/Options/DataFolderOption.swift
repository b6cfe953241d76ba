import ArgumentParser
import Datasets

/// The folder that data sets lie in.
struct DataFolderOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The data folder.", discussion: "Without it: METALR_DATA, or metalr in your cache folder.",
      valueName: "folder"),
    completion: .directory)
  var data: String?

  /// The data sets in the folder.
  var catalogue: DatasetCatalogue { DatasetCatalogue(folder: data) }
}
