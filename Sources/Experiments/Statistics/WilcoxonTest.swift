import Foundation

/// Wilcoxon's signed-rank test: whether paired values differ, without the assumption of a normal
/// distribution.
///
/// Pairs that are equal are left out, and the absolute differences of the others are ranked, ties by their
/// mean rank. Wilcoxon (1945, "Individual Comparisons by Ranking Methods").
public struct WilcoxonTest: Sendable, Equatable {
  /// More pairs than this have the normal approximation: up to here doubles count the arrangements exactly.
  public static let mostExactPairs = 50

  /// How many pairs differ.
  public let count: Int
  /// The sum of the ranks of pairs whose first value is larger.
  public let positiveRanks: Double
  /// The sum of the ranks of pairs whose first value is smaller.
  public let negativeRanks: Double
  /// The probability of rank sums at least as far apart, when differences are as likely above zero as below.
  ///
  /// Exact without ties for up to 50 pairs, otherwise by the normal approximation with the variance corrected
  /// for ties and no correction for continuity. 1 when no pair differs.
  public let pValue: Double

  /// Tests two values a problem.
  ///
  /// - Parameters:
  ///   - first: The values of one method, one a problem. Two infinite values are equal; an infinite one
  ///     differs from all finite ones most.
  ///   - second: Those of the other, in the same order.
  /// - Returns: Nothing when there is no pair, the counts differ, or a value is not a number.
  public static func paired(_ first: [Double], _ second: [Double]) -> WilcoxonTest? {
    guard !first.isEmpty, first.count == second.count, !(first + second).contains(where: \.isNaN) else {
      return nil
    }
    return WilcoxonTest(zip(first, second).filter { $0 != $1 }.map { $0 - $1 })
  }

  private init(_ differences: [Double]) {
    let sorted = differences.sorted { abs($0) < abs($1) }
    var (positive, negative, tieSizes) = (0.0, 0.0, [Int]())
    var start = 0
    while start < sorted.count {
      let end = sorted[start...].firstIndex { abs($0) != abs(sorted[start]) } ?? sorted.count
      // Ranks count from 1: those of the tie are start + 1 ... end.
      let rank = Double(start + 1 + end) / 2
      positive += rank * Double(sorted[start..<end].count { $0 > 0 })
      negative += rank * Double(sorted[start..<end].count { $0 < 0 })
      tieSizes.append(end - start)
      start = end
    }
    count = sorted.count
    positiveRanks = positive
    negativeRanks = negative
    let smaller = min(positive, negative)
    let isExact = sorted.count <= Self.mostExactPairs && tieSizes.allSatisfy { $0 == 1 }
    pValue =
      isExact
      ? Self.exactProbability(of: Int(smaller), count: sorted.count)
      : Self.approximateProbability(of: smaller, count: Double(sorted.count), tieSizes)
  }

  /// Twice the share of the 2^n signs of the ranks 1 to n with a sum of positive ranks of at most `sum`.
  private static func exactProbability(of sum: Int, count: Int) -> Double {
    // arrangements[s]: in how many ways some of the ranks so far add up to s.
    var arrangements = [1.0] + [Double](repeating: 0, count: sum)
    for rank in stride(from: 1, through: min(count, sum), by: 1) {
      for total in stride(from: sum, through: rank, by: -1) {
        arrangements[total] += arrangements[total - rank]
      }
    }
    return min(1, 2 * arrangements.reduce(0, +) / pow(2, Double(count)))
  }

  private static func approximateProbability(of sum: Double, count n: Double, _ tieSizes: [Int]) -> Double {
    let ties = tieSizes.map(Double.init).reduce(0) { $0 + ($1 * $1 * $1 - $1) }
    let variance = (n * (n + 1) * (2 * n + 1) - ties / 2) / 24
    return erfc(abs(sum - n * (n + 1) / 4) / variance.squareRoot() / 2.0.squareRoot())
  }
}
