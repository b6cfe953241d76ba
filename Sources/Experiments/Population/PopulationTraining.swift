import BuiltInTrainees
import Foundation
import MetaLR
import Randomness

/// Population based training of the learning rate (Jaderberg et al., 2017).
///
/// Members train side by side. After every ready interval the worst copy weights and rate of the best and change the
/// rate. All members meet at each selection, where the paper lets each go on alone: that is what makes the same seed give
/// the same bits, whatever the number of workers and ranks.
///
/// Snapshots move between trainees and onto disk, so the trainees of the pool must be able to go on from each other's:
/// `ImageClassifier`s of one configuration are; a `ProcessTrainee`, which keeps its snapshots to itself, is not.
public struct PopulationTraining: Sendable {
  /// Sizes, rates and seed.
  public let configuration: Configuration
  /// What every member did so far.
  public private(set) var history: PopulationHistory
  /// The members' trainees after the last round; empty before the first.
  public private(set) var snapshots: [Data]
  private var next: PopulationSelection

  /// Begins a population.
  ///
  /// - Throws: `ConfigurationError` for an impossible configuration.
  public init(_ configuration: Configuration) throws(ConfigurationError) {
    try configuration.validate()
    self.configuration = configuration
    history = PopulationHistory(readyInterval: configuration.readyInterval)
    snapshots = []
    next = PopulationSelection(first: configuration)
  }

  /// Goes on with a population; it ends with the bits that it would have had without a stop.
  ///
  /// - Parameters:
  ///   - configuration: The same as before.
  ///   - history: What was done.
  ///   - snapshots: One a member, of the last round.
  /// - Throws: `ConfigurationError` for an impossible configuration, ``PopulationError`` where the three do not belong
  ///   together, or every member had diverged.
  public init(_ configuration: Configuration, history: PopulationHistory, snapshots: [Data]) throws {
    try self.init(configuration)
    guard history.rounds.count <= configuration.rounds, history.readyInterval == configuration.readyInterval,
      history.rounds.allSatisfy({ round in
        round.count == configuration.members
          && round.allSatisfy {
            round.indices.contains($0.parent) && $0.learningRate > 0 && $0.learningRate.isFinite
              && (0...configuration.stepBudget).contains($0.observation.step)
          }
      }),
      snapshots.count == (history.rounds.isEmpty ? 0 : configuration.members)
    else { throw PopulationError.foreignState }
    self.history = history
    self.snapshots = snapshots
    if !history.rounds.isEmpty { next = try select() }
  }

  /// Whether every round is done.
  public var isFinished: Bool { history.rounds.count == configuration.rounds }

  /// The seed of weights and data order with which a member began.
  public func seed(of member: Int) -> UInt64 {
    var generator = SeededGenerator(seed: configuration.seed, stream: 0)
    for _ in 0..<member { _ = generator.next() }
    return generator.next()
  }

  /// Trains every member to the next selection, and selects.
  ///
  /// - Parameters:
  ///   - pool: Trainees that can restore each other's snapshots.
  ///   - shouldStop: Asked before each member's training.
  ///   - onMember: Told each member as it is ready, in no fixed order.
  /// - Throws: `Interrupted`, what a trainee throws (the population is then as it was), or ``PopulationError`` when every
  ///   member has diverged.
  /// - Precondition: It is not finished.
  public mutating func advance(
    on pool: TraineePool, shouldStop: @escaping @Sendable () -> Bool = { false },
    onMember: @escaping @Sendable (MemberRound) -> Void = { _ in }
  ) throws {
    precondition(!isFinished, "a population of \(configuration.rounds) rounds was asked for one more")
    let round = history.rounds.count
    let first = round * configuration.readyInterval
    let steps = min(configuration.readyInterval, configuration.stepBudget - first)
    let (selection, plan, budget) = (next, configuration.plan, configuration.stepBudget)
    let (snapshots, seeds) = (snapshots, configuration.members.upTo.map(seed))
    let results: [Ready] = try pool.run(
      count: configuration.members, onResult: { onMember($1.round) },
      job: { member, trainee in
        if shouldStop() { throw Interrupted() }
        let rate = selection.learningRates[member]
        if round == 0 {
          _ = try trainee.reset(seed: seeds[member], stepBudget: budget, learningRate: rate)
        } else {
          try trainee.restore(snapshots[selection.parents[member]])
        }
        let observation = try trainee.train(learningRates: Array(repeating: rate, count: steps))
        return Ready(
          round: MemberRound(
            parent: selection.parents[member], learningRate: rate, observation: observation,
            hasDiverged: plan.hasDiverged(observation)),
          snapshot: try trainee.snapshot())
      })
    history.rounds.append(results.map(\.round))
    self.snapshots = results.map(\.snapshot)
    next = try select()
  }

  /// Loss and accuracy of a member on the test split.
  ///
  /// - Precondition: A round is done.
  public func evaluate(_ member: Int, on pool: TraineePool) throws -> Evaluation {
    let snapshot = snapshots[member]
    let results = try pool.run(count: 1) { _, trainee in
      try trainee.restore(snapshot)
      return try trainee.evaluate()
    }
    return results[0]
  }

  private func select() throws(PopulationError) -> PopulationSelection {
    let last = history.rounds[history.rounds.count - 1]
    guard
      let selection = PopulationSelection(
        losses: last.map(\.loss), learningRates: last.map(\.learningRate), configuration: configuration,
        round: history.rounds.count - 1)
    else { throw .allDiverged(members: last.count, step: last[0].observation.step) }
    return selection
  }

  private struct Ready: Codable, Sendable {
    let round: MemberRound
    let snapshot: Data
  }
}

extension PopulationSelection {
  /// The members of the first round: each on its own, at a rate drawn for it.
  init(first configuration: PopulationTraining.Configuration) {
    var generator = SeededGenerator(seed: configuration.seed, stream: .max)
    parents = configuration.members.upTo
    learningRates = parents.map { _ in Self.drawn(configuration, generator: &generator) }
  }
}

extension Int {
  /// The whole numbers from 0 to below this one.
  fileprivate var upTo: [Int] { Array(0..<self) }
}

/// A population that cannot go on.
public enum PopulationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// No member is left to copy from.
  case allDiverged(members: Int, step: Int)
  /// A saved population is not of this configuration.
  case foreignState

  /// What is wrong and the remedy, in sentences.
  public var description: String {
    switch self {
    case .allDiverged(let members, let step):
      "All \(members) members had diverged by step \(step). Begin with lower rates or with more members."
    case .foreignState:
      "The saved population has other sizes than its settings say. Delete it and begin again."
    }
  }
}
