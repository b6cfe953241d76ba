/// A file that a publisher offers for download.
struct PublishedFile: Sendable, Equatable {
  /// Where it is, up to and including the last "/".
  var base: String
  /// Its name, at the publisher's and in the data folder.
  var name: String
  /// The folder inside the data folder that it belongs in; empty for the data folder itself.
  var folder: String
  /// Its size in bytes.
  var size: Int
  /// The MD5 sum that the publisher gives.
  var md5: String
  /// The MD5 sum of what it holds when decompressed, nil for an archive.
  var contentMD5: String?

  /// What there is to download for a data set.
  ///
  /// The sums of the compressed files are the publishers'. Those of the contents of Fashion-MNIST were taken from
  /// the decompressed files, so that copies which were compressed again, or not at all, can be recognised too.
  static func files(of name: DatasetName) -> [PublishedFile] {
    switch name {
    case .shapes: []
    // Xiao, Rasul and Vollgraf, https://github.com/zalandoresearch/fashion-mnist, "Get the Data".
    case .fashion:
      [
        fashion(
          IDXDataset.trainImages, 26_421_880, "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
          "f4a8712d7a061bf5bd6d2ca38dc4d50a"),
        fashion(
          IDXDataset.trainLabels, 29_515, "25c81989df183df01b3e8a0aad5dffbe",
          "9018921c3c673c538a1fc5bad174d6f9"),
        fashion(
          IDXDataset.testImages, 4_422_102, "bef4ecab320f06d8554ea6380940ec79",
          "8181f5470baa50b63fa0f6fddb340f0a"),
        fashion(
          IDXDataset.testLabels, 5_148, "bb300cfdad3c16e7a12a480ee83cd310",
          "15d484375f8d13e6eb1aabb0c3f46965"),
      ]
    // Krizhevsky, https://www.cs.toronto.edu/~kriz/cifar.html, "CIFAR-10 binary version".
    case .cifar10:
      [
        PublishedFile(
          base: "https://www.cs.toronto.edu/~kriz/", name: CIFARDataset.archiveName, folder: "",
          size: 170_052_171, md5: "c32a1d4ab5d03f1284b67883e8d87530")
      ]
    }
  }

  private static func fashion(
    _ stem: String, _ size: Int, _ md5: String, _ contentMD5: String
  ) -> PublishedFile {
    PublishedFile(
      base: "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/", name: stem + ".gz",
      folder: DatasetName.fashion.folderName, size: size, md5: md5, contentMD5: contentMD5)
  }

  /// Its path in a data folder.
  func path(in dataFolder: String) -> String {
    folder.isEmpty ? "\(dataFolder)/\(name)" : "\(dataFolder)/\(folder)/\(name)"
  }

  /// Whether the file at `path` is the publisher's, or holds the same when decompressed; false when it is damaged.
  func isMatched(by path: String) -> Bool {
    do throws(DatasetError) {
      if try MD5.ofFile(path, decompressing: false) == md5 { return true }
      guard let contentMD5 else { return false }
      return try MD5.ofFile(path, decompressing: true) == contentMD5
    } catch {
      return false
    }
  }
}
