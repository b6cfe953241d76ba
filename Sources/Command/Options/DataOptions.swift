import ArgumentParser
import BuiltInTrainees
import Datasets

/// The data to train on, and how much of it.
struct DataOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The data set: shapes, fashion, cifar10, or the path of a folder with four IDX files (default: shapes).",
      valueName: "name"),
    completion: .list(DatasetName.allCases.map(\.rawValue)))
  var dataset: String?

  @OptionGroup var images: ImageOptions

  /// The data set, `shapes` where none is named.
  var datasetName: String { dataset ?? DatasetName.shapes.rawValue }

  /// Refuses what is only for drawn pictures with other data.
  func validate() throws {
    guard datasetName != DatasetName.shapes.rawValue else {
      do {
        return try images.drawing(.quick).validate()
      } catch {
        throw ValidationError("\(error)")
      }
    }
    for (name, value) in [("--channels", images.channels), ("--size", images.size)] where value != nil {
      throw ValidationError(
        "\(name) is for the drawn data set 'shapes'; '\(datasetName)' has a size of its own.")
    }
  }

  /// Reads or draws the data, with the preset's numbers of images where the options give none.
  func load(_ preset: Preset) throws(DatasetError) -> DataSplits {
    let splits = try images.folder.catalogue.load(
      datasetName, splitSeed: images.dataSeed, drawing: images.drawing(preset))
    return splits.limited(
      train: images.trainImages ?? preset.trainImages,
      validation: images.validationImages ?? preset.validationImages,
      test: images.testImages ?? preset.testImages)
  }
}
