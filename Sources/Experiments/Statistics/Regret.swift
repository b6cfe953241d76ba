import Foundation

/// How far a loss is above the best one that is known for a problem, on a scale that problems share.
///
/// `regret(L) = ln((L + 0.01 Lc) / (L* + 0.01 Lc))`, L* the best known loss and Lc the loss of guessing by
/// chance. It is 0 at the best known loss and negative below it. The share of Lc keeps it finite where a loss
/// comes near zero, so that a problem that everybody solves does not decide a mean.
public struct Regret: Sendable, Equatable {
  /// The best known loss, at least 0.
  public let bestLoss: Double
  /// The loss of a model that has learned nothing, above 0.
  public let chanceLoss: Double

  /// Creates the scale of one problem, or nothing when the best loss is not a number of at least 0 or the
  /// loss of chance is not a positive number.
  public init?(bestLoss: Double, chanceLoss: Double) {
    guard bestLoss >= 0, bestLoss.isFinite, chanceLoss > 0, chanceLoss.isFinite else { return nil }
    self.bestLoss = bestLoss
    self.chanceLoss = chanceLoss
  }

  /// The formula's value.
  ///
  /// - Parameter loss: A loss on the same data as the best one.
  /// - Returns: Infinity for a loss that is infinite or not a number, which is how a diverged run counts;
  ///   nothing for a negative loss, for which the formula is not made.
  public func value(of loss: Double) -> Double? {
    guard loss.isFinite else { return loss == -.infinity ? nil : .infinity }
    guard loss >= 0 else { return nil }
    let offset = 0.01 * chanceLoss
    return log((loss + offset) / (bestLoss + offset))
  }
}
