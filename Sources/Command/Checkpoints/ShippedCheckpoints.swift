import Files
import Foundation

/// Checkpoints that come with the program, known by the names of their files: `cifar` for `cifar.ckpt`.
enum ShippedCheckpoints {
  /// The path of a checkpoint: a file that is there goes before a shipped one of the same name.
  ///
  /// - Parameters:
  ///   - name: A path, or a shipped checkpoint's name.
  ///   - folders: Where shipped ones are looked for.
  /// - Returns: The path, which need not be there when it was given as one.
  /// - Throws: `FileError` for a name that is neither, with those that are there.
  static func path(of name: String, in folders: [String] = folders) throws(FileError) -> String {
    let isName = !name.contains("/") && !name.hasSuffix(fileEnding)
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: name, isDirectory: &isFolder)
    if !isName || exists && !isFolder.boolValue { return name }
    let candidates = folders.map { "\($0)/\(name)\(fileEnding)" }
    if let path = candidates.first(where: FileManager.default.fileExists) { return path }
    let names = names(in: folders)
    throw FileError(
      path: name, problem: "is neither a file nor a checkpoint that comes with metalr",
      remedy: names.isEmpty
        ? "Check the path." : "Check the path, or give one of \(names.joined(separator: ", ")).")
  }

  private static let fileEnding = ".ckpt"

  /// `checkpoints` beside the package that the program was built in, or under its prefix once installed.
  static let folders: [String] = {
    guard let program = Bundle.main.executableURL?.resolvingSymlinksInPath() else { return [] }
    var folders = [
      program.deletingLastPathComponent().deletingLastPathComponent().path + "/share/metalr/checkpoints"
    ]
    var folder = program.deletingLastPathComponent()
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      if FileManager.default.fileExists(atPath: folder.path + "/Package.swift") {
        folders.append(folder.path + "/checkpoints")
        break
      }
    }
    return folders
  }()

  private static func names(in folders: [String]) -> [String] {
    let files = folders.flatMap { (try? FileManager.default.contentsOfDirectory(atPath: $0)) ?? [] }
    return Set(files.filter { $0.hasSuffix(fileEnding) }.map { String($0.dropLast(fileEnding.count)) })
      .sorted()
  }
}
