import Foundation
import Trainee

/// An average of the weights of a run's steps, as a second candidate for the weights to keep.
///
/// It helps where data are few and noisy, whatever the optimizer (Polyak and Juditsky, 1992).
public enum WeightAveraging: Sendable, Equatable, Codable {
  /// No average.
  case none
  /// The share of step t is 9 / (t + 8), so that old steps fade away (Shamir and Zhang, 2013, with eta = 8).
  case polynomial
  /// Exponential: the average of the steps so far with weights decay^age; decay in [0, 1).
  case ema(_ decay: Double)

  /// Reads `none`, `polynomial` or `ema:DECAY`.
  ///
  /// - Throws: `TraineeError` for any other text.
  public init(parsing text: String) throws(TraineeError) {
    let parts = text.lowercased().split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    switch (parts[0], parts.count > 1 ? Double(parts[1]) : nil) {
    case ("none", nil) where parts.count == 1: self = .none
    case ("polynomial", nil) where parts.count == 1: self = .polynomial
    case ("ema", let decay?): self = .ema(decay)
    default:
      throw TraineeError(
        "'\(text)' is no average of weights. Choose none, polynomial, or ema:DECAY such as ema:0.99.")
    }
    try validate()
  }

  /// Checks the decay.
  ///
  /// - Throws: `TraineeError` when it is not in [0, 1).
  public func validate() throws(TraineeError) {
    guard case .ema(let decay) = self, !(0..<1).contains(decay) else { return }
    throw TraineeError("Weights cannot be averaged with a decay of \(decay). Choose one in [0, 1).")
  }

  /// The share of step t in the average, t from 1; 1 at the first step.
  func share(step: Int) -> Double {
    switch self {
    case .none: 1
    case .polynomial: 9 / (Double(step) + 8)
    case .ema(let decay): (1 - decay) / (1 - pow(decay, Double(step)))
    }
  }
}

extension WeightAveraging {
  /// Its text; nil for none.
  public var name: String? { self == .none ? nil : description }
}

extension WeightAveraging: CustomStringConvertible {
  /// The text that ``init(parsing:)`` reads.
  public var description: String {
    switch self {
    case .none: "none"
    case .polynomial: "polynomial"
    case .ema(let decay): "ema:\(decay)"
    }
  }
}
