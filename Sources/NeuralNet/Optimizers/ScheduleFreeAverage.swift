import Foundation

/// The averaging that schedule-free methods share.
enum ScheduleFreeAverage {
  static let scalarNames = ["maximumRate", "weightSum"]

  /// The share c of the newest z in the average, and the state that it needs brought up to date.
  static func share(_ step: OptimizerStep, power: Double) -> Double {
    let scalars = step.memory.scalars
    scalars[0] = max(scalars[0], step.rate)
    let weight = scalars[0] * scalars[0] * (power == 0 ? 1 : pow(Double(step.number), power))
    scalars[1] += weight
    // Until a rate is above 0, z does not move and any share gives the same average.
    return scalars[1] > 0 ? weight / scalars[1] : 0
  }
}
