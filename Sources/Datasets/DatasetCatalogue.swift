import Foundation

/// The data sets on this machine: where they are, what is there, and how to load them.
///
/// ```swift
/// let catalogue = DatasetCatalogue(folder: dataOption)             // nil: METALR_DATA, then the cache folder
/// for entry in catalogue.entries() { print(entry.name, entry.state) }          // datasets list
/// try await catalogue.fetch(.fashion) { print($0.fraction ?? 0) }              // datasets fetch fashion
/// for report in catalogue.verify(.fashion) { print(report.path, report.state) } // datasets verify fashion
/// let splits = try catalogue.load("fashion")
/// ```
///
/// Inside the folder lie `fashion-mnist/*.gz` (or the same files decompressed) and
/// `cifar-10-batches-bin/*.bin` or `cifar-10-binary.tar.gz`, as the publishers' downloads leave them.
public struct DatasetCatalogue: Sendable {
  /// The data folder, which need not exist.
  public let folder: String

  /// A catalogue of the data folder.
  ///
  /// - Parameters:
  ///   - folder: The data folder; nil takes `METALR_DATA`, and without that ``defaultFolder(environment:)``.
  ///   - environment: The environment variables to look in.
  public init(
    folder: String? = nil, environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    let named = [folder, environment["METALR_DATA"]].compactMap { $0 }.first { !$0.isEmpty }
    self.folder =
      named.map { ($0 as NSString).expandingTildeInPath } ?? Self.defaultFolder(environment: environment)
  }

  /// The user's cache folder: `~/Library/Caches/metalr` on macOS, elsewhere `$XDG_CACHE_HOME/metalr` or
  /// `~/.cache/metalr`.
  public static func defaultFolder(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> String {
    #if os(macOS)
      return NSHomeDirectory() + "/Library/Caches/metalr"
    #else
      // The XDG base directory specification asks to ignore a relative path.
      if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") { return cache + "/metalr" }
      return (environment["HOME"] ?? NSHomeDirectory()) + "/.cache/metalr"
    #endif
  }

  /// Loads a data set and splits it.
  ///
  /// Fashion-MNIST gives 50,000, 10,000 and 10,000 images, CIFAR-10 40,000, 10,000 and 10,000, the drawn data set
  /// what `drawing` says. Any other set of four IDX files has a validation split as large as its test split, and
  /// at most a fifth of its training images.
  ///
  /// - Parameters:
  ///   - name: One of ``DatasetName``, or the path of a folder with four IDX files, which has a "/" in it.
  ///   - splitSeed: Decides which training images validate.
  ///   - drawing: What to draw when the name is "shapes".
  /// - Returns: The three splits, with the statistics of the training split.
  /// - Throws: ``DatasetError`` that names the folder and the command to run when the data is not there, and the
  ///   file and what is wrong with it when it cannot be used.
  public func load(
    _ name: String, splitSeed: UInt64 = 0, drawing: ShapesDataset.Configuration = .init()
  ) throws(DatasetError) -> DataSplits {
    if name.contains("/") {
      let (train, test) = try IDXDataset.read(folder: (name as NSString).expandingTildeInPath, classes: nil)
      return try .partition(
        name: (name as NSString).lastPathComponent, train: train, test: test, seed: splitSeed)
    }
    guard let known = DatasetName(rawValue: name) else { throw .unknownName(name) }
    if known == .shapes { return try ShapesDataset.draw(drawing) }
    let (train, test) = try read(known)
    return try .partition(name: name, train: train, test: test, seed: splitSeed)
  }

  func read(_ name: DatasetName) throws(DatasetError) -> (train: LabelledImages, test: LabelledImages) {
    switch try source(of: name) {
    case .idx(let folder): try IDXDataset.read(folder: folder, classes: 10)
    case .cifarFolder(let folder): try CIFARDataset.read(folder: folder)
    case .cifarArchive(let path): try CIFARDataset.read(archive: path)
    }
  }
}
