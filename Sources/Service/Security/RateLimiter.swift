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

  /// Counts a request; one that costs as much as several counts as those, at most as a second's.
  ///
  /// - Throws: ``ServiceError`` when it is one too many.
  func admit(_ owner: String, cost: Double = 1, at now: ContinuousClock.Instant = .now) throws(ServiceError) {
    let isAdmitted = buckets.withLockedValue { buckets in
      var bucket = buckets[owner] ?? Bucket(allowance: perSecond, updated: now)
      let elapsed = max(0, (now - bucket.updated) / .seconds(1))
      bucket.allowance = min(max(perSecond, 1), bucket.allowance + elapsed * perSecond)
      bucket.updated = max(now, bucket.updated)
      let cost = min(cost, max(perSecond, 1))
      let isAdmitted = bucket.allowance >= cost
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
