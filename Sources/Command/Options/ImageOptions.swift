import ArgumentParser
import Datasets

/// Where the images are, how many are used, and how those of `shapes` are drawn.
struct ImageOptions: ParsableArguments {
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
    parsing: .unconditional,
    help: ArgumentHelp(
      "Decides which training images validate; for shapes, what is drawn.", valueName: "seed"))
  var dataSeed: UInt64 = 0

  func validate() throws {
    let limits = [
      ("--train-images", trainImages), ("--validation-images", validationImages),
      ("--test-images", testImages),
    ]
    for (name, limit) in limits {
      if let limit, limit < 1 { throw ValidationError("\(name) must be at least 1, not \(limit).") }
    }
  }

  /// How `shapes` are drawn, with the preset's numbers of images where the options give none.
  func drawing(_ preset: Preset) -> ShapesDataset.Configuration {
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
