import Datasets
import Synchronization

/// Shows a download: every file has a bar of its own, whose pace leaves out what an earlier attempt brought.
final class FetchDisplay: Sendable {
  private let options: OutputOptions
  private let current = Mutex<(fileNumber: Int, progress: ProgressReporter)?>(nil)

  init(options: OutputOptions) {
    self.options = options
  }

  /// Shows how far the download is.
  func show(_ state: FetchProgress) {
    current.withLock { current in
      if current?.fileNumber != state.fileNumber {
        current?.progress.finish()
        current = (
          state.fileNumber,
          ProgressReporter(unit: .bytes, total: state.size, done: state.received, options: options)
        )
      }
      current?.progress.update(
        done: state.received, details: ["\(state.file) (\(state.fileNumber) of \(state.fileCount))"])
    }
  }

  /// Ends the show.
  func finish() {
    current.withLock { current in
      current?.progress.finish()
      current = nil
    }
  }
}
