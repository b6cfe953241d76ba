import Files

/// What may go wrong with a data set; the description says what, which and the remedy.
public enum DatasetError: Error, Sendable, Equatable, CustomStringConvertible {
  /// No data set has this name.
  case unknownName(String)
  /// None of the data set's files are in the folder that was searched.
  case missing(name: DatasetName, folder: String)
  /// A file cannot be read, or does not hold what it should.
  case file(FileError)
  /// An option has an impossible value; the text is the whole message.
  case impossibleOption(String)
  /// A download failed.
  case download(url: String, problem: String, remedy: String)

  /// One or two sentences for a terminal.
  public var description: String {
    switch self {
    case .unknownName(let name):
      let known = DatasetName.allCases.map(\.rawValue).joined(separator: ", ")
      return "No data set is called '\(name)'. Choose one of \(known), or give the path of a folder "
        + "with the four IDX files of a data set, such as ./mnist."
    case .missing(let name, let folder):
      return "Data set '\(name)' is not in '\(folder)'. Run 'metalr datasets fetch \(name)', or name the "
        + "folder that holds '\(name.folderName)' with --data or METALR_DATA."
    case .file(let error): return error.description
    case .impossibleOption(let message): return message
    case .download(let url, let problem, let remedy): return "Download of '\(url)' \(problem). \(remedy)"
    }
  }

  static func file(_ path: String, _ problem: String, remedy: String) -> DatasetError {
    .file(FileError(path: path, problem: problem, remedy: remedy))
  }
}
