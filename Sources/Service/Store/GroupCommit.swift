import Foundation
import GRDB
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
  private let file: DatabaseFile
  private let afterCommit: @Sendable ([RunEvent]) -> Void
  private let metrics: StoreMetrics
  private let logger: Logger

  /// Requests in one transaction; bounds how long the first of them waits for the last.
  private static let largestBatch = 512
  /// Requests that wait; more are refused, since they would only time out.
  private static let longestQueue = 20_000

  private struct Job {
    let work: (Database, inout StagedRuns) throws -> () -> Void
    let fail: (ServiceError) -> Void
  }

  /// Starts the thread.
  ///
  /// - Parameters:
  ///   - file: Nobody else writes to it.
  ///   - staged: The runs in memory, none as yet.
  ///   - metrics: Told of every commit.
  ///   - logger: Told of commits that failed.
  ///   - afterCommit: Told what the commit changed, in order, before its callers are answered.
  init(
    file: DatabaseFile, staged: StagedRuns, metrics: StoreMetrics, logger: Logger,
    afterCommit: @escaping @Sendable ([RunEvent]) -> Void
  ) {
    self.file = file
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
  /// - Parameter work: Throws ``ServiceError`` only before it has written anything: that fails it alone. Any other
  ///   error fails the whole transaction.
  /// - Returns: What `work` returned, once it is on the disk.
  /// - Throws: ``ServiceError``, its own or that of the commit.
  func submit<Value: Sendable>(
    _ work: @escaping @Sendable (Database, inout StagedRuns) throws -> Value
  ) async throws(ServiceError) -> Value {
    let result: Result<Value, ServiceError> = await withCheckedContinuation { continuation in
      let job = Job(
        work: { database, staged in
          let value = try work(database, &staged)
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
    do {
      try file.pool.writeWithoutTransaction { database in
        try database.inTransaction(.immediate) {
          for job in batch {
            do {
              answers.append(try job.work(database, &committed))
            } catch let error as ServiceError {
              answers.append { job.fail(error) }
            }
          }
          try file.ledger.add(committed.count, database)
          // Before the commit, so that it is rolled back, and after it, so that nobody is told of one that went into
          // a file that is gone.
          try file.watched.check()
          return .commit
        }
      }
      try file.watched.check()
    } catch {
      // Read again, since a commit may have been made although its callers are told that it failed.
      committed.forget()
      file.ledger.discard()
      metrics.failed()
      logger.error("commit failed", metadata: ["error": "\(error)", "requests": "\(batch.count)"])
      let failure = ServiceError(database: error)
      for job in batch { job.fail(failure) }
      return
    }
    file.ledger.commit()
    afterCommit(committed.commit())
    for answer in answers { answer() }
  }
}
