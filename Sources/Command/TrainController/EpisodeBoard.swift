import MetaLR
import Synchronization

/// The numbers beside the progress bar, kept as episodes end on several threads.
final class EpisodeBoard: Sendable {
  private struct Numbers {
    var returns: [Double] = []
    var bestLoss = Double.infinity
  }

  /// The mean return is that of the last few episodes, about three updates' worth.
  private static let window = 12

  private let numbers: Mutex<Numbers>
  /// Losses of several tasks cannot be compared.
  private let showsLoss: Bool

  /// Begins with the episodes done so far.
  init(_ episodes: [EpisodeRecord], tasks: Int) {
    showsLoss = tasks == 1
    numbers = Mutex(
      Numbers(
        returns: episodes.map(\.totalReward), bestLoss: episodes.map(\.bestValidationLoss).min() ?? .infinity)
    )
  }

  /// Episodes done.
  var count: Int { numbers.withLock { $0.returns.count } }

  /// Adds an episode.
  ///
  /// - Returns: Episodes done, and what to show beside that.
  func add(_ episode: EpisodeRecord) -> (count: Int, details: [String]) {
    numbers.withLock { numbers in
      numbers.returns.append(episode.totalReward)
      numbers.bestLoss = min(numbers.bestLoss, episode.bestValidationLoss)
      let last = numbers.returns.suffix(Self.window)
      let mean = last.reduce(0, +) / Double(last.count)
      let loss = showsLoss ? ["best validation loss \(numbers.bestLoss.fixed(4))"] : []
      return (numbers.returns.count, ["mean return \(mean.fixed(3))"] + loss)
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
