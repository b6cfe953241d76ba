import Foundation

/// How a policy's output changes the learning rate:
/// `rate = clamp(previous * exp(logScale * clip(action, -1, 1)), minimum, maximum)`.
///
/// Working in log scale makes a step up and a step down undo each other, and gives a policy that starts near zero
/// half its steps in either direction. Clipping the raw output to a band of multipliers instead leaves a fresh
/// Gaussian policy inside the band only 2% of the time.
public struct LearningRateAction: Codable, Sendable, Equatable {
  /// The largest change of the rate's natural logarithm in one decision, above 0; 0.3 by default (a factor of 1.35).
  public var logScale: Double
  /// The lowest rate, above 0; 1e-6 by default.
  public var minimum: Double
  /// The highest rate, at least `minimum`; 1 by default.
  public var maximum: Double

  /// Creates an action with its bounds.
  public init(logScale: Double = 0.3, minimum: Double = 1e-6, maximum: Double = 1) {
    self.logScale = logScale
    self.minimum = minimum
    self.maximum = maximum
  }

  /// Checks the numbers against the ranges that the properties document.
  ///
  /// - Throws: ``ConfigurationError`` that names the number.
  public func validate() throws(ConfigurationError) {
    guard logScale > 0, logScale.isFinite else {
      throw ConfigurationError(
        name: "log scale", value: "\(logScale)", expected: "a positive number such as 0.3")
    }
    guard minimum > 0, minimum.isFinite else {
      throw ConfigurationError(
        name: "lowest learning rate", value: "\(minimum)", expected: "a positive number")
    }
    guard maximum >= minimum, maximum.isFinite else {
      throw ConfigurationError(
        name: "highest learning rate", value: "\(maximum)",
        expected: "a number of at least the lowest, \(minimum)")
    }
  }

  /// The next rate.
  ///
  /// - Parameters:
  ///   - rate: The previous rate, per optimizer step.
  ///   - action: The policy's output; a number that is not finite leaves the rate where it is.
  /// - Returns: The new rate, per optimizer step, within the bounds.
  public func nextRate(from rate: Double, action: Double) -> Double {
    let change = action.isFinite ? min(max(action, -1), 1) : 0
    return min(max(rate * exp(logScale * change), minimum), maximum)
  }

  /// The action that brings the rate to another, or as near as one decision can.
  ///
  /// - Parameters:
  ///   - rate: The previous rate, positive.
  ///   - target: The rate to come to; brought within the bounds.
  /// - Returns: A number from -1 to 1.
  public func action(from rate: Double, to target: Double) -> Double {
    let change = log(min(max(target, minimum), maximum) / rate) / logScale
    return min(max(change, -1), 1)
  }
}
