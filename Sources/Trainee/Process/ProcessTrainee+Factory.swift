import Foundation

extension ProcessTrainee {
  /// What makes the trainees of a pool: each in a process of its own, numbered from 0.
  ///
  /// - Parameters:
  ///   - configuration: Which process, and how patient to be with it.
  ///   - first: A trainee at work already, which becomes the first of the pool.
  /// - Returns: A function for any thread.
  public static func factory(
    _ configuration: Configuration, beginningWith first: sending ProcessTrainee? = nil
  ) -> @Sendable () throws -> any Trainee {
    let source = Source(first: first)
    return {
      let (number, first) = source.next()
      return try first ?? ProcessTrainee(configuration: configuration, worker: number)
    }
  }
}

/// Numbers from 0, for any thread, and a trainee for the first who asks.
private final class Source: @unchecked Sendable {
  // Unchecked: everything is guarded by `lock`.
  private let lock = NSLock()
  private var first: ProcessTrainee?
  private var number = 0

  init(first: sending ProcessTrainee?) {
    self.first = first
  }

  func next() -> (number: Int, trainee: ProcessTrainee?) {
    lock.withLock {
      defer { (number, first) = (number + 1, nil) }
      return (number, first)
    }
  }
}
