import Foundation

/// Where the files of a data set lie, in one of the forms that their publisher gives them.
enum DatasetSource: Equatable {
  case idx(folder: String)
  case cifarFolder(String)
  case cifarArchive(String)
}

extension DatasetCatalogue {
  /// The files of a data set, all of which are there.
  ///
  /// CIFAR-10's unpacked folder goes before the archive, since it reads faster.
  ///
  /// - Throws: ``DatasetError/missing(name:folder:)`` when no file is there, and the name of the first file that
  ///   lacks when some are.
  func source(of name: DatasetName) throws(DatasetError) -> DatasetSource {
    let directory = "\(folder)/\(name.folderName)"
    let archive = "\(folder)/\(CIFARDataset.archiveName)"
    let paths = files(of: name)
    let missing = paths.filter { !FileManager.default.fileExists(atPath: $0) }
    if missing.isEmpty, name != .shapes {
      return name == .fashion ? .idx(folder: directory) : .cifarFolder(directory)
    }
    if name == .cifar10, FileManager.default.fileExists(atPath: archive) { return .cifarArchive(archive) }
    guard missing.count < paths.count, let first = missing.first else {
      throw .missing(name: name, folder: folder)
    }
    throw .file(
      first, "does not exist, while other files of data set '\(name)' do",
      remedy: "Run 'metalr datasets fetch \(name)'.")
  }

  /// The paths that the unpacked data set has or would have.
  func files(of name: DatasetName) -> [String] {
    let directory = "\(folder)/\(name.folderName)"
    return switch name {
    case .shapes: []
    case .fashion: IDXDataset.stems.map { IDXDataset.path(of: $0, in: directory) }
    case .cifar10: (CIFARDataset.trainNames + [CIFARDataset.testName]).map { "\(directory)/\($0)" }
    }
  }
}
