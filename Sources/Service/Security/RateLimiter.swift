import NIOConcurrencyHelpers

/// Lets each owner make so many requests a second, with as many saved up as a second brings.
final class RateLimiter: Sendable {
  private struct Bucket {
    var allowance: Double
    var updated: ContinuousClock.Instant
  }

  private let perSecond: Double
  private let buckets = NIOLockedValueBox<[String: Bucket]>([:])

  init(perSecond: Double) {
    self.perSecond = perSecond
  }

  /// Counts a request.
  ///
  /// - Throws: ``ServiceError`` when it is one too many.
  func admit(_ owner: String, at now: ContinuousClock.Instant = .now) throws(ServiceError) {
    try take(1, from: owner, wanting: 1, at: now)
  }

  /// Counts a request that was admitted as several more, at most as a second's.
  ///
  /// It may take more than is left, so that no request is too dear for ever; the next ones wait until that is made up for.
  ///
  /// - Throws: ``ServiceError`` when another one has taken more than there was.
  func charge(_ owner: String, _ cost: Double, at now: ContinuousClock.Instant = .now) throws(ServiceError) {
    try take(min(cost, max(perSecond, 1)), from: owner, wanting: 0, at: now)
  }

  /// Takes a cost where at least `least` is there.
  private func take(
    _ cost: Double, from owner: String, wanting least: Double, at now: ContinuousClock.Instant
  ) throws(ServiceError) {
    let isAdmitted = buckets.withLockedValue { buckets in
      var bucket = buckets[owner] ?? Bucket(allowance: perSecond, updated: now)
      let elapsed = max(0, (now - bucket.updated) / .seconds(1))
      bucket.allowance = min(max(perSecond, 1), bucket.allowance + elapsed * perSecond)
      bucket.updated = max(now, bucket.updated)
      let isAdmitted = bucket.allowance >= least
      if isAdmitted { bucket.allowance -= cost }
      buckets[owner] = bucket
      return isAdmitted
    }
    guard isAdmitted else {
      throw ServiceError(
        429, "too_many_requests", "This token makes more than \(perSecond) requests a second.",
        remedy: "Slow down, and try again after a second.", retryAfter: 1)
    }
  }
}
