import MetaLR

/// A rate that grows after each interval whose training loss fell, and shrinks after each other one: GreedyLR (2025, arXiv
/// 2512.14527).
///
/// With F the factor, the rate is divided by F where the mean loss of an interval is below that of the interval before,
/// and multiplied by F elsewhere. It stays between a tenth and ten times the first.
public struct GreedySource: RateSource, Sendable {
  private let bounds: ClosedRange<Double>
  private let factor: Double
  private var rate: Double
  private var previousLoss: Double?

  /// Creates a source.
  ///
  /// - Parameters:
  ///   - initialLearningRate: The first rate, per optimizer step, above 0.
  ///   - factor: F, in (0, 1); 0.9 by default, as in the paper.
  public init(initialLearningRate: Double, factor: Double = 0.9) {
    bounds = initialLearningRate / 10...initialLearningRate * 10
    self.factor = factor
    rate = initialLearningRate
  }

  /// The rate after the latest interval, as often as there are steps.
  public mutating func learningRates(after observation: Observation, steps: Int) -> [Double] {
    if observation.step > 0 {
      if let previousLoss {
        rate *= observation.trainLoss < previousLoss ? 1 / factor : factor
        rate = min(max(rate, bounds.lowerBound), bounds.upperBound)
      }
      previousLoss = observation.trainLoss
    }
    return Array(repeating: rate, count: steps)
  }
}
