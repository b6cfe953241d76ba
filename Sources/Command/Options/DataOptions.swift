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

  @OptionGroup var folder: DataFolderOption

  @Option(
    help: ArgumentHelp("Use only so many training images; for shapes, draw so many.", valueName: "n"))
  var trainImages: Int?

  @Option(
    help: ArgumentHelp("Use only so many validation images; for shapes, draw so many.", valueName: "n"))
  var validationImages: Int?

  @Option(
    help: ArgumentHelp("Use only so many test images; for shapes, draw so many.", valueName: "n"))
  var testImages: Int?

  @Option(help: ArgumentHelp("For shapes: 1 draws in grey, 3 in colour. (default: 1)", valueName: "n"))
  var channels: Int?

  @Option(help: ArgumentHelp("For shapes: rows and columns of a picture. (default: 28)", valueName: "pixels"))
  var size: Int?

  @Option(
    help: ArgumentHelp(
      "Decides which training images validate; for shapes, what is drawn.", valueName: "seed"))
  var dataSeed: UInt64 = 0

  /// The data set, `shapes` where none is named.
  var datasetName: String { dataset ?? DatasetName.shapes.rawValue }

  /// Refuses numbers of images below 1, and what is only for drawn pictures with other data.
  func validate() throws {
    let limits = [
      ("--train-images", trainImages), ("--validation-images", validationImages),
      ("--test-images", testImages),
    ]
    for (name, limit) in limits {
      if let limit, limit < 1 { throw ValidationError("\(name) must be at least 1, not \(limit).") }
    }
    guard datasetName != DatasetName.shapes.rawValue else {
      do {
        return try drawing(.quick).validate()
      } catch {
        throw ValidationError("\(error)")
      }
    }
    for (name, value) in [("--channels", channels), ("--size", size)] where value != nil {
      throw ValidationError(
        "\(name) is for the drawn data set 'shapes'; '\(datasetName)' has a size of its own.")
    }
  }

  /// Reads or draws the data, with the preset's numbers of images where the options give none.
  func load(_ preset: Preset) throws(DatasetError) -> DataSplits {
    let splits = try folder.catalogue.load(datasetName, splitSeed: dataSeed, drawing: drawing(preset))
    return splits.limited(
      train: trainImages ?? preset.trainImages, validation: validationImages ?? preset.validationImages,
      test: testImages ?? preset.testImages)
  }

  private func drawing(_ preset: Preset) -> ShapesDataset.Configuration {
    var drawing = ShapesDataset.Configuration()
    drawing.channels = channels ?? drawing.channels
    drawing.size = size ?? drawing.size
    drawing.train = trainImages ?? preset.trainImages ?? drawing.train
    drawing.validation = validationImages ?? preset.validationImages ?? drawing.validation
    drawing.test = testImages ?? preset.testImages ?? drawing.test
    drawing.seed = dataSeed
    return drawing
  }
}
