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
  /// Decisions before the first step, each after a look (see `Trainee.look(learningRate:)`), at least 0; 0 by default.
  public var looks: Int
  /// The largest change of the rate's natural logarithm in one of these; 2.5 by default (a factor of 12).
  public var lookLogScale: Double
  /// Share of a run, in [0, 1], over whose end the rate falls in a straight line towards 0, beside what the policy decides; 0
  /// by default.
  ///
  /// The policy does not see the fall, and decides on the rate without it. A run whose budget is not known has none.
  public var fall: Double
  /// The lowest rate, above 0; 1e-6 by default.
  public var minimum: Double
  /// The highest rate, at least `minimum`; 1 by default.
  public var maximum: Double

  /// Creates an action with its bounds.
  public init(
    logScale: Double = 0.3, looks: Int = 0, lookLogScale: Double = 2.5, fall: Double = 0,
    minimum: Double = 1e-6, maximum: Double = 1
  ) {
    self.logScale = logScale
    self.looks = looks
    self.lookLogScale = lookLogScale
    self.fall = fall
    self.minimum = minimum
    self.maximum = maximum
  }

  /// Checks the numbers against the ranges that the properties document.
  ///
  /// - Throws: ``ConfigurationError`` that names the number.
  public func validate() throws(ConfigurationError) {
    for scale in [logScale, lookLogScale] where !(scale > 0 && scale.isFinite) {
      throw ConfigurationError(
        name: "log scale", value: "\(scale)", expected: "a positive number such as 0.3")
    }
    guard (0...100).contains(looks) else {
      throw ConfigurationError(
        name: "number of looks", value: "\(looks)", expected: "a whole number from 0 to 100")
    }
    guard (0...1).contains(fall) else {
      throw ConfigurationError(name: "share that falls", value: "\(fall)", expected: "a number from 0 to 1")
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
  ///   - logScale: The largest change of the rate's natural logarithm; ``logScale`` by default.
  /// - Returns: The new rate, per optimizer step, within the bounds.
  public func nextRate(from rate: Double, action: Double, logScale: Double? = nil) -> Double {
    let change = action.isFinite ? min(max(action, -1), 1) : 0
    return min(max(rate * exp((logScale ?? self.logScale) * change), minimum), maximum)
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

/// What a controller that does not look, or whose rates do not fall, would leave out is left out of the file.
extension LearningRateAction {
  private enum CodingKeys: String, CodingKey {
    case logScale, looks, lookLogScale, fall, minimum, maximum
  }

  /// Reads an action; one without looks or a fall may leave them out.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    logScale = try container.decode(Double.self, forKey: .logScale)
    looks = try container.decodeIfPresent(Int.self, forKey: .looks) ?? 0
    lookLogScale =
      try container.decodeIfPresent(Double.self, forKey: .lookLogScale) ?? LearningRateAction().lookLogScale
    fall = try container.decodeIfPresent(Double.self, forKey: .fall) ?? 0
    minimum = try container.decode(Double.self, forKey: .minimum)
    maximum = try container.decode(Double.self, forKey: .maximum)
  }

  /// Writes an action.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(logScale, forKey: .logScale)
    if looks > 0 {
      try container.encode(looks, forKey: .looks)
      try container.encode(lookLogScale, forKey: .lookLogScale)
    }
    if fall > 0 { try container.encode(fall, forKey: .fall) }
    try container.encode(minimum, forKey: .minimum)
    try container.encode(maximum, forKey: .maximum)
  }
}
