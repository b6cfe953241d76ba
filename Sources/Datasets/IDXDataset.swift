import Foundation

/// A data set of four IDX files, each gzipped or not, under the names that MNIST gave them.
///
/// Training images and labels are `train-images-idx3-ubyte` and `train-labels-idx1-ubyte`, test images and labels
/// `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`, with or without `.gz`.
public enum IDXDataset {
  static let trainImages = "train-images-idx3-ubyte"
  static let trainLabels = "train-labels-idx1-ubyte"
  static let testImages = "t10k-images-idx3-ubyte"
  static let testLabels = "t10k-labels-idx1-ubyte"
  static let stems = [trainImages, trainLabels, testImages, testLabels]

  /// Reads one pair of files.
  ///
  /// - Parameters:
  ///   - images: Path of the file of images.
  ///   - labels: Path of the file of labels.
  ///   - classes: Number of classes; nil takes the largest label + 1, and at least 2.
  /// - Returns: The images, one channel each.
  /// - Throws: ``DatasetError`` that names the file when one is missing, truncated, too long, of another kind, or
  ///   when the two do not belong together.
  public static func readPair(
    images: String, labels: String, classes: Int? = nil
  ) throws(DatasetError) -> LabelledImages {
    // Labels first: they are small, and a wrong file is found before the images are read.
    let numbers = try IDXFile.readLabels(labels, classes: classes)
    let (shape, pixels) = try IDXFile.readImages(images)
    let count = pixels.count / shape.count
    guard count == numbers.count else {
      throw .file(
        labels, "has \(numbers.count) labels for the \(count) images of '\(images)'",
        remedy: "Check that both files belong to the same part of the data set.")
    }
    return LabelledImages(
      shape: shape, classes: classes ?? max(2, Int(numbers.max() ?? 0) + 1), pixels: pixels, labels: numbers)
  }

  /// Reads the training and the test images in `folder`.
  ///
  /// - Throws: ``DatasetError`` as ``readPair(images:labels:classes:)`` does, or when the test images are of
  ///   another size than the training images.
  static func read(
    folder: String, classes: Int?
  ) throws(DatasetError) -> (train: LabelledImages, test: LabelledImages) {
    let train = try readPair(
      images: path(of: trainImages, in: folder), labels: path(of: trainLabels, in: folder), classes: classes)
    let test = try readPair(
      images: path(of: testImages, in: folder), labels: path(of: testLabels, in: folder),
      classes: train.classes)
    guard test.shape == train.shape else {
      throw .file(
        path(of: testImages, in: folder),
        "has images of \(test.shape), where the training images are \(train.shape)",
        remedy: "Check that all four files belong to the same data set.")
    }
    return (train, test)
  }

  /// The file in the folder: uncompressed if that is there, otherwise gzipped, there or not.
  static func path(of stem: String, in folder: String) -> String {
    let plain = "\(folder)/\(stem)"
    return FileManager.default.fileExists(atPath: plain) ? plain : plain + ".gz"
  }
}
