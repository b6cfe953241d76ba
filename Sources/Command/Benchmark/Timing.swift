/// How long a piece of work takes, in milliseconds.
struct Timing: Encodable {
  let median: Double
  let fastest: Double
  let slowest: Double

  /// Does the work twice, so that caches and pages are warm, then times it.
  init(steps: Int, work: () -> Void) {
    let clock = ContinuousClock()
    for _ in 0..<2 { work() }
    let times = (0..<steps).map { _ in clock.measure(work) / .milliseconds(1) }.sorted()
    median = (times[(steps - 1) / 2] + times[steps / 2]) / 2
    fastest = times[0]
    slowest = times[steps - 1]
  }
}
