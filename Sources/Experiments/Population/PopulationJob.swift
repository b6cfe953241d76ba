import Files
import Foundation
import MetaLR

/// Population based training from its first round, or from where it was stopped, to the test of its best member.
///
/// After any stop, a kill included, the same job goes on and ends with the same bits.
public struct PopulationJob: Sendable {
  /// Sizes, rates and seed.
  public let configuration: PopulationTraining.Configuration
  /// Where the population is kept from round to round.
  public let store: PopulationStore

  /// Creates a job; the properties document both parts.
  public init(_ configuration: PopulationTraining.Configuration, keptIn store: PopulationStore) {
    self.configuration = configuration
    self.store = store
  }

  /// What came of a job.
  public struct Outcome: Sendable {
    /// What every member did.
    public let history: PopulationHistory
    /// The member with the lowest validation loss at the end.
    public let best: Int
    /// The seed of weights and data order where the best member's lineage begins.
    public let originSeed: UInt64
    /// The best member on the test split.
    public let test: Evaluation
  }

  /// The saved population, or a new one where none is saved.
  ///
  /// - Parameter communicator: The ranks that do the job together, of which the first reads for all; nil, the default, for
  ///   none.
  /// - Returns: The population, as it was after its last round.
  /// - Throws: `FileError` for a saved population that is damaged or of other settings; ``PopulationError`` when every member
  ///   had diverged.
  public func begin(_ communicator: (any Communicator)? = nil) throws -> PopulationTraining {
    func find() throws -> [SavedPopulation] {
      [try store.load(configuration)].compactMap(\.self).map {
        SavedPopulation(history: $0.history, snapshots: $0.snapshots)
      }
    }
    guard let saved = try (communicator?.onFirstRank(find) ?? find()).first else {
      return try PopulationTraining(configuration)
    }
    return try PopulationTraining(configuration, history: saved.history, snapshots: saved.snapshots)
  }

  /// What the first rank reads for all.
  private struct SavedPopulation: Codable {
    let history: PopulationHistory
    let snapshots: [Data]
  }

  /// Trains to the end, and tests the best member; the population stays in the store.
  ///
  /// The population is saved before the first round, which shows at once whether that is possible, and after each.
  ///
  /// - Parameters:
  ///   - training: What ``begin(_:)`` gave.
  ///   - pool: Trainees that can restore each other's snapshots.
  ///   - isWriter: Whether this process saves the population: every one by default, of several ranks the first.
  ///   - shouldStop: Asked before each member's training; the saved population is then that of the last round.
  ///   - onMember: Told each member as it is ready, in no fixed order.
  ///   - onRound: Told what the best member did in each round.
  /// - Returns: The history, and the best member's test.
  /// - Throws: `Interrupted`; `OutputError` where the population cannot be saved; what a trainee throws; ``PopulationError``
  ///   when every member has diverged.
  public func run(
    _ training: PopulationTraining, on pool: TraineePool, isWriter: Bool = true,
    shouldStop: @escaping @Sendable () -> Bool = { false },
    onMember: @escaping @Sendable (MemberRound) -> Void = { _ in },
    onRound: (_ best: MemberRound) -> Void = { _ in }
  ) throws -> Outcome {
    var training = training
    if isWriter { try save(training) }
    while !training.isFinished {
      try training.advance(on: pool, shouldStop: shouldStop, onMember: onMember)
      if isWriter { try save(training) }
      if let best = training.history.best, let last = training.history.rounds.last { onRound(last[best]) }
    }
    guard let best = training.history.best else {
      throw PopulationError.allDiverged(members: configuration.members, step: configuration.stepBudget)
    }
    return Outcome(
      history: training.history, best: best,
      originSeed: training.seed(of: training.history.lineage(of: best)[0]),
      test: try training.evaluate(best, on: pool))
  }

  private func save(_ training: PopulationTraining) throws {
    do { try store.save(training) } catch let error as FileError { throw OutputError(error: error) }
  }
}
