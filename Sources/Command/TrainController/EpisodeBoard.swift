import MetaLR
import Synchronization

/// The numbers beside the progress bar, kept as episodes end on several threads.
final class EpisodeBoard: Sendable {
  private struct Numbers {
    var count: Int
    var returns: [Double] = []
    var bestLoss = Double.infinity
  }

  /// Episodes that the mean return is over.
  private let window: Int

  private let numbers: Mutex<Numbers>
  /// Losses of several tasks cannot be compared.
  private let showsLoss: Bool

  /// Begins after so many episodes.
  init(done: Int, window: Int, showsLoss: Bool) {
    self.window = window
    self.showsLoss = showsLoss
    numbers = Mutex(Numbers(count: done))
  }

  /// Adds an episode.
  ///
  /// - Returns: Episodes done, and what to show beside that.
  func add(_ episode: EpisodeRecord) -> (count: Int, details: [String]) {
    numbers.withLock { numbers in
      numbers.count += 1
      numbers.returns = (numbers.returns + [episode.totalReward]).suffix(window)
      numbers.bestLoss = min(numbers.bestLoss, episode.bestValidationLoss)
      let mean = numbers.returns.reduce(0, +) / Double(numbers.returns.count)
      let loss = showsLoss ? ["best validation loss \(numbers.bestLoss.fixed(4))"] : []
      return (numbers.count, ["mean return \(mean.fixed(3))"] + loss)
    }
  }
}

extension Double {
  /// The number with so many digits after the point.
  func fixed(_ digits: Int) -> String {
    guard isFinite else { return isNaN ? "nan" : self > 0 ? "inf" : "-inf" }
    return formatted(
      .number.precision(.fractionLength(digits)).grouping(.never).locale(.init(identifier: "en_US_POSIX")))
  }
}
