import Metrics
import NIOConcurrencyHelpers

/// A backend for swift-metrics that holds every instrument in memory and prints them in Prometheus' text format.
final class PrometheusRegistry: MetricsFactory, Sendable {
  private let instruments = NIOLockedValueBox<[Key: Instrument]>([:])

  private struct Key: Hashable {
    let name: String
    let dimensions: String
  }

  private enum Instrument {
    case counter(SumInstrument)
    case gauge(SumInstrument)
    case histogram(HistogramInstrument)

    var kind: String {
      switch self {
      case .counter: "counter"
      case .gauge: "gauge"
      case .histogram: "histogram"
      }
    }
  }

  func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    sum(label, dimensions) { .counter($0) }
  }

  func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    sum(label, dimensions) { .gauge($0) }
  }

  func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
    aggregate ? histogram(label, dimensions) : sum(label, dimensions) { .gauge($0) }
  }

  func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    histogram(label, dimensions)
  }

  // Instruments live as long as the service.
  func destroyCounter(_ handler: any CounterHandler) {}
  func destroyMeter(_ handler: any MeterHandler) {}
  func destroyRecorder(_ handler: any RecorderHandler) {}
  func destroyTimer(_ handler: any TimerHandler) {}

  /// Every instrument in the text format 0.0.4, by name.
  func text() -> String {
    let sorted = instruments.withLockedValue { instruments in
      instruments.sorted { ($0.key.name, $0.key.dimensions) < ($1.key.name, $1.key.dimensions) }
    }
    var lines: [String] = []
    var previous = ""
    for (key, instrument) in sorted {
      if key.name != previous {
        if let help = MetricHelp.texts[key.name] { lines.append("# HELP \(key.name) \(help)") }
        lines.append("# TYPE \(key.name) \(instrument.kind)")
      }
      previous = key.name
      switch instrument {
      case .counter(let sum), .gauge(let sum):
        lines.append("\(key.name)\(Self.braces(key.dimensions)) \(Self.number(sum.value))")
      case .histogram(let histogram): lines += Self.lines(key, histogram.snapshot)
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func sum(
    _ label: String, _ dimensions: [(String, String)], _ wrap: (SumInstrument) -> Instrument
  ) -> SumInstrument {
    let key = Self.key(label, dimensions)
    return instruments.withLockedValue { instruments in
      switch instruments[key] {
      case .counter(let known), .gauge(let known): return known
      case .histogram, nil:
        let made = SumInstrument()
        instruments[key] = wrap(made)
        return made
      }
    }
  }

  private func histogram(_ label: String, _ dimensions: [(String, String)]) -> HistogramInstrument {
    let key = Self.key(label, dimensions)
    return instruments.withLockedValue { instruments in
      if case .histogram(let known) = instruments[key] { return known }
      let made = HistogramInstrument()
      instruments[key] = .histogram(made)
      return made
    }
  }

  private static func key(_ label: String, _ dimensions: [(String, String)]) -> Key {
    let text = dimensions.map { name, value in
      let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing(
        "\n", with: "\\n")
      return "\(self.name(name))=\"\(escaped)\""
    }
    return Key(name: name(label), dimensions: text.joined(separator: ","))
  }

  private static func name(_ label: String) -> String {
    String(label.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
  }

  private static func lines(_ key: Key, _ snapshot: HistogramInstrument.Snapshot) -> [String] {
    let prefix = key.dimensions.isEmpty ? "" : key.dimensions + ","
    let bounds = HistogramInstrument.bounds.map { "\($0)" } + ["+Inf"]
    var total = 0
    var lines = zip(bounds, snapshot.counts).map { bound, count in
      total += count
      return "\(key.name)_bucket{\(prefix)le=\"\(bound)\"} \(total)"
    }
    lines.append("\(key.name)_sum\(braces(key.dimensions)) \(number(snapshot.sum))")
    lines.append("\(key.name)_count\(braces(key.dimensions)) \(total)")
    return lines
  }

  private static func braces(_ dimensions: String) -> String { dimensions.isEmpty ? "" : "{\(dimensions)}" }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
  }
}

/// A number that goes up, or up and down.
final class SumInstrument: CounterHandler, MeterHandler, RecorderHandler {
  private let sum = NIOLockedValueBox(0.0)

  var value: Double { sum.withLockedValue { $0 } }

  func increment(by amount: Int64) { sum.withLockedValue { $0 += Double(amount) } }
  func reset() { sum.withLockedValue { $0 = 0 } }
  func set(_ value: Int64) { set(Double(value)) }
  func set(_ value: Double) { sum.withLockedValue { $0 = value } }
  func increment(by amount: Double) { sum.withLockedValue { $0 += amount } }
  func decrement(by amount: Double) { sum.withLockedValue { $0 -= amount } }
  func record(_ value: Int64) { set(Double(value)) }
  func record(_ value: Double) { set(value) }
}

/// How values are spread; durations are in seconds.
final class HistogramInstrument: TimerHandler, RecorderHandler {
  static let bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

  struct Snapshot {
    /// One a bound, and one for everything above.
    var counts = Array(repeating: 0, count: bounds.count + 1)
    var sum = 0.0
  }

  private let state = NIOLockedValueBox(Snapshot())

  var snapshot: Snapshot { state.withLockedValue { $0 } }

  func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
  func record(_ value: Int64) { record(Double(value)) }

  func record(_ value: Double) {
    let index = Self.bounds.firstIndex { value <= $0 } ?? Self.bounds.count
    state.withLockedValue { state in
      state.counts[index] += 1
      state.sum += value
    }
  }
}
