import NIOConcurrencyHelpers

/// Lets one request in at a time, in the order in which they came, and bounds how many of an owner wait.
final class Turnstile: Sendable {
  private struct Line {
    var isTaken = false
    var waiting: [(owner: String, continuation: CheckedContinuation<Bool, Never>)] = []
  }

  private let line = NIOLockedValueBox(Line())
  private let longest: Int

  /// - Parameter longest: How many of an owner may wait.
  init(longest: Int) {
    self.longest = longest
  }

  /// Requests that wait.
  var depth: Int { line.withLockedValue { $0.waiting.count } }

  /// Waits for its turn, does `work` and lets the next one in.
  ///
  /// - Throws: ``ServiceError``, at once, where too many of the owner wait; what `work` throws.
  func pass<Value: Sendable>(_ owner: String, _ work: () async throws -> Value) async throws -> Value {
    guard await enter(owner) else {
      throw ServiceError(
        429, "too_many_requests", "\(longest) lists of this token are waiting.",
        remedy: "Slow down, and try again after a second.", retryAfter: 1)
    }
    defer { leave() }
    return try await work()
  }

  private func enter(_ owner: String) async -> Bool {
    await withCheckedContinuation { continuation in
      let isIn: Bool? = line.withLockedValue { line in
        guard line.isTaken else {
          line.isTaken = true
          return true
        }
        guard line.waiting.count(where: { $0.owner == owner }) < longest else { return false }
        line.waiting.append((owner, continuation))
        return nil
      }
      if let isIn { continuation.resume(returning: isIn) }
    }
  }

  private func leave() {
    let next: CheckedContinuation<Bool, Never>? = line.withLockedValue { line in
      guard line.waiting.isEmpty else { return line.waiting.removeFirst().continuation }
      line.isTaken = false
      return nil
    }
    next?.resume(returning: true)
  }
}
