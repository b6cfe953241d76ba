import Files
import Foundation

extension TraineePool {
  /// Runs one job for each key, spread over the ranks where there are several, and records each result as it comes;
  /// what is recorded already is not run again.
  ///
  /// Among ranks, results travel and are recorded after every few jobs of each.
  ///
  /// - Parameters:
  ///   - keys: What tells the jobs apart, each once.
  ///   - problem: The problem of each job; nil, the default, for the pool's.
  ///   - journal: Where results are recorded: nil for nowhere, and on every rank but the first.
  ///   - onResult: Told the number of each result that is there, one at a time, in no fixed order.
  ///   - job: Does the job of a number with a trainee of its own.
  /// - Returns: One result a key, in their order, on every rank.
  /// - Throws: What a job throws, ``RankError`` for another rank's, or `FileError` when the journal cannot be
  ///   written.
  public func run<Result: Sendable & Codable>(
    keys: [String], problem: (@Sendable (Int) throws -> Problem)? = nil, recordedIn journal: Journal?,
    onResult: @escaping @Sendable (Int, Result) -> Void = { _, _ in },
    job: @escaping @Sendable (Int, any Trainee) throws -> Result
  ) throws -> [Result] {
    let recorded = {
      try Dictionary(
        uniqueKeysWithValues: keys.enumerated().compactMap { index, key in
          try journal?.value(for: key, as: Result.self).map { (index, $0) }
        })
    }
    var results = try communicator?.onFirstRank(recorded) ?? recorded()
    for (index, result) in results.sorted(by: { $0.key < $1.key }) { onResult(index, result) }

    let missing = keys.indices.filter { results[$0] == nil }
    guard let communicator, communicator.count > 1 else {
      let fresh = try run(
        jobs: missing, problem: problem, onResult: onResult,
        job: { index, trainee in
          let result = try job(index, trainee)
          try journal?.append(result, for: keys[index])
          return result
        })
      for (index, result) in zip(missing, fresh) { results[index] = result }
      return keys.indices.compactMap { results[$0] }
    }
    let share = communicator.count * Self.jobsBetweenExchanges
    for start in stride(from: 0, to: missing.count, by: share) {
      let part = Array(missing[start..<min(start + share, missing.count)])
      var problemOfPart: (@Sendable (Int) throws -> Problem)?
      if let problem { problemOfPart = { try problem(part[$0]) } }
      let fresh = try run(
        count: part.count, problem: problemOfPart, onResult: { onResult(part[$0], $1) },
        job: { try job(part[$0], $1) })
      for (index, result) in zip(part, fresh) {
        try journal?.append(result, for: keys[index])
        results[index] = result
      }
    }
    return keys.indices.compactMap { results[$0] }
  }

  /// Jobs of a rank from one exchange to the next: a kill loses no more than these, and a rank that is done early
  /// waits no longer than for these.
  private static let jobsBetweenExchanges = 8
}
