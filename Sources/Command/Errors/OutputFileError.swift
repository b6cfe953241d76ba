import Datasets
import Files

/// An output file that could not be written, told apart from an input that could not be read.
struct OutputFileError: Error, CustomStringConvertible {
  let error: FileError

  var description: String { error.description }
}

/// Does `work`, whose file errors are all about files that it writes.
func writingOutput<Result>(_ work: () throws -> Result) throws -> Result {
  do {
    return try work()
  } catch let error as FileError {
    throw OutputFileError(error: error)
  } catch DatasetError.file(let error) {
    throw OutputFileError(error: error)
  }
}

/// Does `work`, whose file errors are all about files that it writes.
func writingOutput<Result>(_ work: () async throws -> Result) async throws -> Result {
  do {
    return try await work()
  } catch let error as FileError {
    throw OutputFileError(error: error)
  } catch DatasetError.file(let error) {
    throw OutputFileError(error: error)
  }
}
