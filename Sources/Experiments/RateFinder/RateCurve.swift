/// The losses of a range test.
public struct RateCurve: Codable, Sendable, Equatable {
  /// One step.
  public struct Point: Codable, Sendable, Equatable {
    /// The rate of the step.
    public let rate: Double
    /// The loss of the step's batch, before the step.
    public let loss: Double
    /// The loss, smoothed.
    public let smoothLoss: Double
    /// The validation loss after the step.
    public let validationLoss: Double

    /// Creates a point.
    public init(rate: Double, loss: Double, smoothLoss: Double, validationLoss: Double) {
      (self.rate, self.loss) = (rate, loss)
      (self.smoothLoss, self.validationLoss) = (smoothLoss, validationLoss)
    }
  }

  /// Why a test ended before the last rate.
  public enum Stop: Codable, Sendable, Equatable {
    /// The loss was not a finite number.
    case notFinite(rate: Double)
    /// The smoothed loss was too many times its lowest.
    case exploded(rate: Double)
  }

  /// The seed of weights and data order.
  public let seed: UInt64
  /// The steps that were made.
  public var points: [Point]
  /// Why it ended early; nil where it went to the last rate.
  public var stop: Stop?

  /// Creates a curve.
  public init(seed: UInt64, points: [Point] = [], stop: Stop? = nil) {
    (self.seed, self.points, self.stop) = (seed, points, stop)
  }

  /// Smooths the losses from both sides.
  mutating func centre(factor: Double) {
    let smooth = LossSmoother.centred(points.map(\.loss), factor: factor)
    points = zip(points, smooth).map { point, loss in
      Point(rate: point.rate, loss: point.loss, smoothLoss: loss, validationLoss: point.validationLoss)
    }
  }

  /// The rate at which the run had diverged; nil where it had not.
  public var divergedAt: Double? {
    switch stop {
    case .notFinite(let rate), .exploded(let rate): rate
    case nil: nil
    }
  }
}
