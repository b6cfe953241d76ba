import Datasets
import Files

/// Does `work`, whose file errors are all about files that it writes.
func writingOutput<Result>(_ work: () throws -> Result) throws -> Result {
  do {
    return try work()
  } catch let error as FileError {
    throw OutputError(error: error)
  } catch DatasetError.file(let error) {
    throw OutputError(error: error)
  }
}

/// Does `work`, whose file errors are all about files that it writes.
func writingOutput<Result>(_ work: () async throws -> Result) async throws -> Result {
  do {
    return try await work()
  } catch let error as FileError {
    throw OutputError(error: error)
  } catch DatasetError.file(let error) {
    throw OutputError(error: error)
  }
}
