import Synchronization

/// A count that several threads raise.
final class Counter: Sendable {
  private let count: Atomic<Int>

  /// Begins at a count.
  init(_ count: Int = 0) {
    self.count = Atomic(count)
  }

  /// Raises the count by one and returns it.
  func increment() -> Int { count.add(1, ordering: .relaxed).newValue }

  /// The count.
  var value: Int { count.load(ordering: .relaxed) }
}
