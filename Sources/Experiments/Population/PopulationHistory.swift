import MetaLR
import Schedules

/// What one member did in one round.
public struct MemberRound: Codable, Sendable, Equatable {
  /// The member of the round before whose weights it began with: itself where it copied nobody.
  public let parent: Int
  /// The rate of the round's steps.
  public let learningRate: Double
  /// The reading at the end of the round.
  public let observation: Observation
  /// Whether its loss was not finite, or above the plan's bound.
  public let hasDiverged: Bool

  /// The validation loss by which members are ranked; infinite for one that diverged.
  public var loss: Double { hasDiverged ? .infinity : observation.validationLoss }
}

/// Everything that a population did: who trained at which rate, and from whose weights.
public struct PopulationHistory: Codable, Sendable, Equatable {
  /// The members of each round, in order.
  public internal(set) var rounds: [[MemberRound]] = []
  /// Steps between two selections.
  public let readyInterval: Int

  /// The member with the lowest validation loss at the end; nil before the first round, or where all have diverged.
  public var best: Int? {
    guard let last = rounds.last else { return nil }
    return last.indices.filter { !last[$0].hasDiverged }.min { last[$0].loss < last[$1].loss }
  }

  /// Optimizer steps of all members together.
  public var steps: Int {
    rounds.indices.map { round in
      rounds[round].map { $0.observation.step - round * readyInterval }.reduce(0, +)
    }.reduce(0, +)
  }

  /// The first step of a round.
  public func firstStep(of round: Int) -> Int { round * readyInterval }

  /// The members through whose hands the weights of one at the end have gone, one a round.
  ///
  /// - Parameter member: A member of the last round.
  /// - Returns: The member of each round, the first round's first; the last is `member`.
  public func lineage(of member: Int) -> [Int] {
    var lineage: [Int] = []
    var current = member
    for round in rounds.reversed() {
      lineage.append(current)
      current = round[current].parent
    }
    return lineage.reversed()
  }

  /// The rates under which the weights of a member at the end came about.
  ///
  /// - Parameter member: A member of the last round.
  /// - Returns: A rate for the first step of each round, whose repetition makes the same weights, given the seed of the
  ///   member where the lineage begins.
  /// - Throws: `ScheduleError` before the first round.
  public func schedule(of member: Int) throws(ScheduleError) -> ReplaySchedule {
    let lineage = lineage(of: member)
    return try ReplaySchedule(
      steps: lineage.indices.map(firstStep),
      learningRates: lineage.enumerated().map {
        rounds[$0.offset][$0.element].learningRate
      })
  }
}
