import Foundation
import MetaLR

/// The learning-rate range test: training while the rate grows from far too low to far too high (Smith, 2015,
/// "Cyclical Learning Rates for Training Neural Networks", section 3.3).
public struct RateFinder: Sendable {
  /// How the rate grows from one step to the next.
  public enum Growth: String, CaseIterable, Codable, Sendable {
    /// By a constant factor.
    case exponential
    /// By a constant amount.
    case linear
  }

  /// How a test is done.
  public struct Configuration: Codable, Sendable, Equatable {
    /// The first rate, above 0; 1e-6 by default.
    public var lowest = 1e-6
    /// The last rate, above the first; 10 by default.
    public var highest = 10.0
    /// Optimizer steps from the first rate to the last, at least 2; 240 by default, 34 a decade.
    ///
    /// With half as many, networks under plain SGD have no time to learn before the rate is too high.
    public var steps = 240
    /// How the rate grows; exponentially by default.
    public var growth = Growth.exponential
    /// How noise is taken out of the losses; a mean from both sides by default.
    public var smoothing = LossSmoothing.centred
    /// The weight of a neighbour in the average, in [0, 1); 0.8 by default.
    public var smoothingFactor = 0.8
    /// The test stops when the smoothed loss is above this many times its lowest, above 1; 4 by default.
    public var stopFactor = 4.0

    /// The defaults.
    public init() {}

    /// The rate of each step.
    public var rates: [Double] {
      (0..<steps).map { step in
        let share = Double(step) / Double(steps - 1)
        return switch growth {
        case .exponential: lowest * pow(highest / lowest, share)
        case .linear: lowest + (highest - lowest) * share
        }
      }
    }

    /// Checks the numbers against the ranges that the properties document.
    ///
    /// - Throws: `ConfigurationError` that names the number.
    public func validate() throws(ConfigurationError) {
      func check(_ condition: Bool, _ name: String, _ value: Double, _ expected: String)
        throws(ConfigurationError)
      {
        guard condition else { throw ConfigurationError(name: name, value: "\(value)", expected: expected) }
      }
      try check(lowest > 0 && lowest.isFinite, "lowest rate", lowest, "a positive number such as 1e-7")
      try check(
        highest > lowest && highest.isFinite, "highest rate", highest, "a number above the lowest, \(lowest)")
      try check(steps >= 2, "number of steps", Double(steps), "a whole number of at least 2")
      try check(
        smoothingFactor >= 0 && smoothingFactor < 1, "smoothing factor", smoothingFactor, "a number in [0, 1)"
      )
      try check(stopFactor > 1 && stopFactor.isFinite, "stop factor", stopFactor, "a number above 1")
    }
  }

  /// How the test is done.
  public let configuration: Configuration

  /// Creates a finder.
  ///
  /// - Throws: `ConfigurationError` for a number out of range.
  public init(configuration: Configuration = Configuration()) throws(ConfigurationError) {
    try configuration.validate()
    self.configuration = configuration
  }

  /// Trains from the first step of a run while the rate grows.
  ///
  /// - Parameters:
  ///   - trainee: Reset first; it begins with the weights and batches of any other run of this seed.
  ///   - seed: Decides weights and data order.
  ///   - shouldStop: Asked before every step.
  /// - Returns: The losses up to the step at which the test stopped.
  /// - Throws: `Interrupted` when `shouldStop` said so, or what the trainee throws.
  public func run(
    on trainee: any Trainee, seed: UInt64, shouldStop: () -> Bool = { false }
  ) throws -> RateCurve {
    let rates = configuration.rates
    var curve = RateCurve(seed: seed)
    var smoother = LossSmoother(configuration.smoothing, factor: configuration.smoothingFactor)
    var lowest = Double.infinity
    _ = try trainee.reset(seed: seed, stepBudget: rates.count, learningRate: rates[0])
    for rate in rates {
      if shouldStop() { throw Interrupted() }
      let reading = try trainee.train(learningRates: [rate])
      guard reading.trainLoss.isFinite else {
        curve.stop = .notFinite(rate: rate)
        break
      }
      let smooth = smoother.add(reading.trainLoss)
      curve.points.append(
        RateCurve.Point(
          rate: rate, loss: reading.trainLoss, smoothLoss: smooth, validationLoss: reading.validationLoss))
      lowest = min(lowest, smooth)
      if smooth > configuration.stopFactor * lowest {
        curve.stop = .exploded(rate: rate)
        break
      }
    }
    if configuration.smoothing == .centred { curve.centre(factor: configuration.smoothingFactor) }
    return curve
  }
}
