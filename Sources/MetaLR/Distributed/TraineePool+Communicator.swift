import Foundation

extension TraineePool {
  /// Runs jobs 0 to `count` - 1, spread over the ranks where there are several, and returns their results in that
  /// order on every rank.
  ///
  /// Rank r of n does jobs r, r + n, r + 2n and so on. Results travel in a form that keeps every bit.
  ///
  /// - Parameters:
  ///   - count: How many jobs.
  ///   - problem: The problem of each job; nil, the default, for the pool's.
  ///   - onResult: Told each result as it is ready, one at a time, in no fixed order; those of other ranks once this
  ///     rank has done its share.
  ///   - job: Does one job with a trainee of its own.
  /// - Returns: One result a job.
  /// - Throws: The error of the job with the lowest number among those of this rank that failed, ``RankError`` for
  ///   another rank's; jobs that had not begun by then are not run.
  public func run<Result: Sendable & Codable>(
    count: Int, problem: (@Sendable (Int) throws -> Problem)? = nil,
    onResult: @escaping @Sendable (Int, Result) -> Void = { _, _ in },
    job: @escaping @Sendable (Int, any Trainee) throws -> Result
  ) throws -> [Result] {
    guard let communicator, communicator.count > 1 else {
      return try run(jobs: Array(0..<count), problem: problem, onResult: onResult, job: job)
    }
    let (rank, ranks) = (communicator.rank, communicator.count)
    let own = Swift.Result {
      try run(
        jobs: Array(stride(from: rank, to: count, by: ranks)), problem: problem, onResult: onResult, job: job)
    }
    let shares = try communicator.exchange(encodeShare(own))
    var results: [Result?] = Array(repeating: nil, count: count)
    for (other, data) in shares.enumerated() {
      let jobs = Array(stride(from: other, to: count, by: ranks))
      let values = try other == rank ? own.get() : decodeShare([Result].self, from: data, of: other)
      guard values.count == jobs.count else {
        throw RankError(rank: other, problem: "did \(values.count) jobs where \(jobs.count) were its share.")
      }
      for (index, value) in zip(jobs, values) {
        results[index] = value
        if other != rank { onResult(index, value) }
      }
    }
    return results.compactMap(\.self)
  }
}
