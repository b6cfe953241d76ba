import Foundation
import Randomness

/// Who copies whom, and at which rate all go on: truncation selection (Jaderberg et al., 2017, section 4.1.1).
///
/// The bottom of the members take weights, optimizer state and rate of a member drawn evenly from the top, then change
/// the rate. A member that diverged always copies, wherever it stands, and is never copied: its weights are of no use.
struct PopulationSelection {
  /// For each member, whose weights it goes on with; itself where it copies nobody.
  let parents: [Int]
  /// For each member, the rate that it goes on with.
  let learningRates: [Double]

  /// Selects after a round.
  ///
  /// Draws come in the order of the members, from a generator of the round alone. There is none, nil, when every member
  /// has diverged.
  ///
  /// - Parameters:
  ///   - losses: The members' validation losses; one that is not finite marks a diverged member.
  ///   - learningRates: The rates of the round.
  ///   - configuration: Sizes, and how rates change.
  ///   - round: Number of the round that ended, from 0.
  init?(
    losses: [Double], learningRates: [Double], configuration: PopulationTraining.Configuration, round: Int
  ) {
    let order = losses.indices.sorted { (Self.rank(losses[$0]), $0) < (Self.rank(losses[$1]), $1) }
    let healthy = order.filter { losses[$0].isFinite }
    guard !healthy.isEmpty else { return nil }
    let top = healthy.prefix(configuration.selected)
    // With most members diverged, one may be at the top and at the bottom; the top stays.
    let bottom = Set(order.suffix(configuration.selected)).subtracting(top)
    var generator = SeededGenerator(seed: configuration.seed, stream: UInt64(round) + 1)
    var parents = Array(losses.indices)
    var rates = learningRates
    for member in losses.indices where bottom.contains(member) || !losses[member].isFinite {
      parents[member] = top[generator.nextIndex(below: top.count)]
      rates[member] = Self.explored(
        learningRates[parents[member]], configuration: configuration, generator: &generator)
    }
    self.parents = parents
    self.learningRates = rates
  }

  /// A rate drawn evenly in logarithm from the configuration's range.
  static func drawn(
    _ configuration: PopulationTraining.Configuration, generator: inout SeededGenerator
  ) -> Double {
    let ratio = configuration.highestRate / configuration.lowestRate
    return configuration.lowestRate * pow(ratio, generator.nextUniform())
  }

  private static func explored(
    _ rate: Double, configuration: PopulationTraining.Configuration, generator: inout SeededGenerator
  ) -> Double {
    switch configuration.exploration {
    case .perturb: rate * (generator.nextIndex(below: 2) == 0 ? 0.8 : 1.2)
    case .resample: drawn(configuration, generator: &generator)
    }
  }

  private static func rank(_ loss: Double) -> Double { loss.isFinite ? loss : .infinity }
}
