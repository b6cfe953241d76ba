import Foundation

/// Reads the whole of a file.
///
/// - Throws: ``FileError`` when it does not exist, is a folder, or may not be read.
public func readFile(_ path: String) throws(FileError) -> Data {
  var isFolder: ObjCBool = false
  guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
    throw FileError(path: path, problem: "does not exist", remedy: "Check the path.")
  }
  guard !isFolder.boolValue else {
    throw FileError(path: path, problem: "is a folder", remedy: "Give the name of a file.")
  }
  do {
    return try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
  } catch {
    throw FileError(
      path: path, problem: "could not be read (\(error.localizedDescription))",
      remedy: "Check its permissions.")
  }
}
