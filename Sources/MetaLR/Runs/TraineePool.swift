import Foundation

/// Trainees that work side by side, each used by one thread at a time.
///
/// Jobs are independent and a trainee's `reset` decides everything about its run, so results do not depend on
/// which worker took which job, nor on how many workers there are.
public final class TraineePool: @unchecked Sendable {
  // Unchecked: `idle` is guarded by `lock`; a trainee is held by one worker from the moment that it leaves `idle`.
  private let lock = NSLock()
  private var idle: [any Trainee] = []
  private let makeTrainee: @Sendable () throws -> any Trainee

  /// How many jobs run at once.
  public let workers: Int

  /// Creates a pool; trainees are made when they are first needed.
  ///
  /// - Parameters:
  ///   - workers: At least 1.
  ///   - makeTrainee: Makes one trainee; called at most `workers` times, on any thread.
  public init(workers: Int, makeTrainee: @escaping @Sendable () throws -> any Trainee) {
    precondition(workers >= 1, "A pool needs at least one worker, got \(workers)")
    self.workers = workers
    self.makeTrainee = makeTrainee
  }

  /// Runs jobs 0 to `count` - 1 and returns their results in that order.
  ///
  /// - Parameters:
  ///   - count: How many jobs.
  ///   - onResult: Told each result as it is ready, one at a time, in no fixed order.
  ///   - job: Does one job with a trainee of its own.
  /// - Returns: One result a job.
  /// - Throws: The error of the job with the lowest number among those that failed; jobs that had not begun by
  ///   then are not run.
  public func run<Result: Sendable>(
    count: Int, onResult: @escaping @Sendable (Int, Result) -> Void = { _, _ in },
    job: @escaping @Sendable (Int, any Trainee) throws -> Result
  ) throws -> [Result] {
    let board = JobBoard<Result>(count: count)
    let group = DispatchGroup()
    for _ in 0..<min(workers, count) {
      group.enter()
      let thread = Thread { [self] in
        while let index = board.take() {
          board.record(index, Swift.Result { try perform(index, job) }, onResult)
        }
        group.leave()
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
    group.wait()
    return try board.results()
  }

  private func perform<Result>(
    _ index: Int, _ job: @Sendable (Int, any Trainee) throws -> Result
  ) throws -> Result {
    let trainee = try lock.withLock { idle.popLast() } ?? makeTrainee()
    let result = try job(index, trainee)
    // A trainee whose job threw is dropped: its state is unknown.
    lock.withLock { idle.append(trainee) }
    return result
  }
}

/// Which jobs are left, and what came of the others.
private final class JobBoard<Value: Sendable>: @unchecked Sendable {
  // Unchecked: everything is guarded by `lock`.
  private let lock = NSLock()
  private let count: Int
  private var next = 0
  private var outcomes: [Int: Result<Value, any Error>] = [:]
  private var hasFailed = false

  init(count: Int) {
    self.count = count
  }

  func take() -> Int? {
    lock.withLock {
      guard next < count, !hasFailed else { return nil }
      defer { next += 1 }
      return next
    }
  }

  func record(_ index: Int, _ outcome: Result<Value, any Error>, _ onResult: (Int, Value) -> Void) {
    lock.withLock {
      outcomes[index] = outcome
      switch outcome {
      case .success(let value): onResult(index, value)
      case .failure: hasFailed = true
      }
    }
  }

  func results() throws -> [Value] {
    try lock.withLock {
      try outcomes.sorted { $0.key < $1.key }.map { try $0.value.get() }
    }
  }
}
