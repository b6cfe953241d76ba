import Files
import Foundation

/// Checkpoints that come with the program, known by the names of their files: `cifar` for `cifar.ckpt`.
enum ShippedCheckpoints {
  /// The path of a checkpoint: a file that is there goes before a shipped one of the same name.
  ///
  /// - Parameters:
  ///   - name: A path, or a shipped checkpoint's name, with its ending or without.
  ///   - folders: Where shipped ones are looked for.
  ///   - announce: Told which was taken where that is not plain from the name; standard error by default.
  /// - Returns: The path, which need not be there when it was given as one.
  /// - Throws: `FileError` for a name that is neither, with those that are there.
  static func path(
    of name: String, in folders: [String] = folders,
    announce: (String) -> Void = { StandardError.write("metalr: \($0)\n") }
  ) throws(FileError) -> String {
    guard !name.contains("/") else { return name }
    let stem = name.hasSuffix(fileEnding) ? String(name.dropLast(fileEnding.count)) : name
    let shipped = folders.map { "\($0)/\(stem)\(fileEnding)" }.first(where: FileManager.default.fileExists)
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: name, isDirectory: &isFolder), !isFolder.boolValue {
      if let shipped { announce("'\(name)' is the file in this folder, not '\(shipped)'.") }
      return name
    }
    if let shipped {
      if name != stem { announce("There is no file '\(name)' here; '\(shipped)' is taken.") }
      return shipped
    }
    let names = names(in: folders)
    let nearest = names.min { editDistance($0, stem) < editDistance($1, stem) }
    let suggestion = nearest.flatMap { editDistance($0, stem) <= 2 ? "Did you mean '\($0)'? " : nil } ?? ""
    throw FileError(
      path: name, problem: "is neither a file nor a checkpoint that comes with metalr",
      remedy: suggestion
        + (names.isEmpty
          ? "Check the path." : "Check the path, or give one of \(names.joined(separator: ", ")).")
    )
  }

  /// Letters to insert, delete or replace to get from one word to the other (Levenshtein, 1966).
  static func editDistance(_ first: String, _ second: String) -> Int {
    var row = Array(0...second.count)
    for (index, letter) in first.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for (place, other) in second.enumerated() {
        let replaced = diagonal + (letter == other ? 0 : 1)
        diagonal = row[place + 1]
        row[place + 1] = min(replaced, row[place] + 1, diagonal + 1)
      }
    }
    return row[second.count]
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
