import Foundation

/// Trainees that work side by side, each used by one thread at a time.
///
/// Jobs are independent and a trainee's `reset` decides everything about its run, so results do not depend on
/// which worker took which job, nor on how many workers there are. One queue feeds all workers, whatever problem a job is
/// of; a trainee is used again where its problem comes again.
public final class TraineePool: @unchecked Sendable {
  // Unchecked: `idle` is guarded by `lock`; a trainee is held by one worker from the moment that it leaves `idle`.
  private let lock = NSLock()
  private var idle: [(problem: ProblemDescription, trainee: any Trainee)] = []

  /// How many jobs run at once on this rank.
  public let workers: Int
  /// The ranks that share the jobs; nil where this process does all of them.
  let communicator: (any Communicator)?

  /// What jobs are of that do not say it.
  private let commonProblem: Problem?

  /// Creates a pool; trainees are made when they are first needed.
  ///
  /// - Parameters:
  ///   - workers: At least 1.
  ///   - communicator: The ranks that share the jobs; nil, the default, for this process alone.
  ///   - problem: What jobs are of that do not say it; nil, the default, where all do.
  public init(workers: Int, communicator: (any Communicator)? = nil, problem: Problem? = nil) {
    precondition(workers >= 1, "A pool needs at least one worker, got \(workers)")
    self.workers = workers
    self.communicator = communicator
    commonProblem = problem
  }

  /// Creates a pool whose jobs are all of one problem that needs no description.
  ///
  /// - Parameters:
  ///   - workers: At least 1.
  ///   - communicator: The ranks that share the jobs; nil, the default, for this process alone.
  ///   - makeTrainee: Makes one trainee, on any thread.
  public convenience init(
    workers: Int, communicator: (any Communicator)? = nil,
    makeTrainee: @escaping @Sendable () throws -> any Trainee
  ) {
    let description = ProblemDescription(
      dataset: "", datasetHash: "", splitSizes: [], model: "", optimizer: "", batchSize: 0)
    self.init(
      workers: workers, communicator: communicator,
      problem: Problem(description, plan: RunPlan()) { _ in try makeTrainee() })
  }

  /// Runs jobs on this rank, and returns their results in the order of `jobs`.
  func run<Result: Sendable>(
    jobs: [Int], problem: (@Sendable (Int) throws -> Problem)?,
    onResult: @escaping @Sendable (Int, Result) -> Void,
    job: @escaping @Sendable (Int, any Trainee) throws -> Result
  ) throws -> [Result] {
    let board = JobBoard<Result>(jobs: jobs)
    let group = DispatchGroup()
    for _ in 0..<min(workers, jobs.count) {
      group.enter()
      let thread = Thread { [self] in
        while let index = board.take() {
          board.record(index, Swift.Result { try perform(index, problem?(index), job) }, onResult)
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
    _ index: Int, _ own: Problem?, _ job: @Sendable (Int, any Trainee) throws -> Result
  ) throws -> Result {
    guard let problem = own ?? commonProblem else {
      preconditionFailure("A job without a problem was given to a pool without one")
    }
    let trainee = try take(problem)
    let result = try job(index, trainee)
    // A trainee whose job threw is dropped: its state is unknown.
    lock.withLock { idle.append((problem.description, trainee)) }
    return result
  }

  /// An idle trainee of the problem, or a new one; once there are enough idle ones, the oldest is offered to be changed.
  private func take(_ problem: Problem) throws -> any Trainee {
    let other: (any Trainee)? = lock.withLock {
      if let place = idle.lastIndex(where: { $0.problem == problem.description }) {
        return idle.remove(at: place).trainee
      }
      return nil
    }
    if let other { return other }
    let oldest = lock.withLock {
      idle.count >= max(workers, Self.capacity) ? idle.removeFirst().trainee : nil
    }
    return try problem.trainee(oldest)
  }

  /// Idle trainees that are kept for when their problem comes again.
  private static let capacity = 8
}

/// Which jobs are left, and what came of the others.
private final class JobBoard<Value: Sendable>: @unchecked Sendable {
  // Unchecked: everything is guarded by `lock`.
  private let lock = NSLock()
  private let jobs: [Int]
  private var next = 0
  private var outcomes: [Int: Result<Value, any Error>] = [:]
  private var hasFailed = false

  init(jobs: [Int]) {
    self.jobs = jobs
  }

  func take() -> Int? {
    lock.withLock {
      guard next < jobs.count, !hasFailed else { return nil }
      defer { next += 1 }
      return jobs[next]
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
