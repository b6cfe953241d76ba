import Foundation
import Logging

/// The one writer of the database: a thread that takes all waiting work at once and commits it together, so that
/// a sync of the disk serves as many requests as came in during the sync before it.
///
/// A caller hears of its work only after the commit. When a commit fails, all of its callers hear that, and what
/// they staged in memory is dropped with it.
final class GroupCommit: @unchecked Sendable {
  // Unchecked: `waiting`, `isClosed` and `isDone` are guarded by `condition`, `committed` is the thread's own.
  private let condition = NSCondition()
  private var waiting: [Job] = []
  private var isClosed = false
  private var isDone = false
  private var committed: StagedRuns
  private let backend: any StoreBackend
  private let afterCommit: @Sendable ([RunEvent]) -> Void
  private let metrics: StoreMetrics
  private let logger: Logger

  /// Requests in one transaction; bounds how long the first of them waits for the last.
  private static let largestBatch = 512
  /// Requests that wait; more are refused, since they would only time out.
  private static let longestQueue = 20_000

  private struct Job {
    let locks: RunLocks
    let work: (any RunTransaction, inout StagedRuns) throws -> () -> Void
    let fail: (ServiceError) -> Void
  }

  /// Starts the thread.
  ///
  /// - Parameters:
  ///   - backend: Nobody else in this process writes to it.
  ///   - staged: The runs in memory, none as yet.
  ///   - metrics: Told of every commit.
  ///   - logger: Told of commits that failed.
  ///   - afterCommit: Told what the commit changed, in order, before its callers are answered.
  init(
    backend: any StoreBackend, staged: StagedRuns, metrics: StoreMetrics, logger: Logger,
    afterCommit: @escaping @Sendable ([RunEvent]) -> Void
  ) {
    self.backend = backend
    committed = staged
    self.metrics = metrics
    self.logger = logger
    self.afterCommit = afterCommit
    let thread = Thread { [self] in work() }
    thread.name = "database writer"
    thread.stackSize = 8 << 20
    thread.start()
  }

  /// Does `work` in the next transaction.
  ///
  /// - Parameters:
  ///   - locks: What the work is about.
  ///   - work: Throws ``ServiceError`` only before it has written anything: that fails it alone. Any other error fails
  ///     the whole transaction. It may be done more than once.
  /// - Returns: What `work` returned, once it is on the disk.
  /// - Throws: ``ServiceError``, its own or that of the commit.
  func submit<Value: Sendable>(
    _ locks: RunLocks,
    _ work: @escaping @Sendable (any RunTransaction, inout StagedRuns) throws -> Value
  ) async throws(ServiceError) -> Value {
    let result: Result<Value, ServiceError> = await withCheckedContinuation { continuation in
      let job = Job(
        locks: locks,
        work: { transaction, staged in
          let value = try work(transaction, &staged)
          return { continuation.resume(returning: .success(value)) }
        },
        fail: { continuation.resume(returning: .failure($0)) })
      if let refusal = enqueue(job) { job.fail(refusal) }
    }
    return try result.get()
  }

  /// Requests that wait.
  var depth: Int { condition.withLock { waiting.count } }

  /// Takes no more work, and returns when what waited is done.
  func close() {
    condition.withLock {
      isClosed = true
      condition.broadcast()
      while !isDone { condition.wait() }
    }
  }

  private func enqueue(_ job: Job) -> ServiceError? {
    condition.withLock {
      if isClosed { return .draining }
      if waiting.count >= Self.longestQueue { return .overloaded }
      waiting.append(job)
      condition.signal()
      return nil
    }
  }

  private func work() {
    while let batch = next() {
      let start = DispatchTime.now().uptimeNanoseconds
      commit(batch)
      metrics.committed(batch.count, nanoseconds: DispatchTime.now().uptimeNanoseconds - start)
    }
    condition.withLock {
      isDone = true
      condition.broadcast()
    }
  }

  private func next() -> ArraySlice<Job>? {
    condition.withLock {
      while waiting.isEmpty && !isClosed { condition.wait() }
      guard !waiting.isEmpty else { return nil }
      let batch = waiting.prefix(Self.largestBatch)
      waiting.removeFirst(batch.count)
      return batch
    }
  }

  private func commit(_ batch: ArraySlice<Job>) {
    var answers: [() -> Void] = []
    var locks = RunLocks.none
    for job in batch { locks.formUnion(job.locks) }
    do {
      try backend.transaction(locks) { transaction in
        answers.removeAll(keepingCapacity: true)
        if backend.isShared { committed.forget() } else { committed.discard() }
        for job in batch {
          do {
            answers.append(try job.work(transaction, &committed))
          } catch let error as ServiceError {
            answers.append { job.fail(error) }
          }
        }
        return committed.count
      }
    } catch {
      // Read again, since a commit may have been made although its callers are told that it failed.
      committed.forget()
      metrics.failed()
      logger.error("commit failed", metadata: ["error": "\(error)", "requests": "\(batch.count)"])
      let failure = ServiceError(database: error)
      for job in batch { job.fail(failure) }
      return
    }
    afterCommit(committed.commit())
    for answer in answers { answer() }
  }
}
