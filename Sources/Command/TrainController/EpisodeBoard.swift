import MetaLR
import Synchronization

/// The numbers beside the progress bar, kept as episodes end on several threads.
final class EpisodeBoard: Sendable {
  private struct Numbers {
    var count: Int
    var returns: [Double] = []
    var bestLoss: Double
  }

  /// Episodes that the mean return is over.
  private let window: Int

  private let numbers: Mutex<Numbers>
  /// Losses of several tasks cannot be compared.
  private let showsLoss: Bool

  /// Begins after so many episodes, the best of which had a validation loss of `bestLoss`.
  init(done: Int, bestLoss: Double, window: Int, showsLoss: Bool) {
    self.window = window
    self.showsLoss = showsLoss
    numbers = Mutex(Numbers(count: done, bestLoss: bestLoss))
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
