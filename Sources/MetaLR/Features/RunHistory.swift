import Foundation

/// What is remembered of a run for its features: the first reading, the latest, and a bounded past.
///
/// A history grows by readings and by actions in turn. It is a value of bounded size, so that a service can store it
/// between two requests.
public struct RunHistory: Sendable, Equatable, Codable {
  /// Groups of features that are taken as absent, whatever the trainee reports.
  public var hidden: Set<FeatureGroup>
  /// Whether anything but the latest reading is remembered; false for controllers whose features do not look back.
  public private(set) var looksBack: Bool
  /// The reading before the first step.
  public private(set) var first: Observation?
  /// The latest reading, or the latest look before the first step.
  public private(set) var latest: Observation?
  /// Whether the latest reading is a look before the first step.
  public private(set) var isLook = false
  /// The latest action, clipped to [-1, 1]; 0 before the first.
  public private(set) var lastAction = 0.0

  /// Natural logarithms of the training loss, oldest first: the latest 17 readings.
  private(set) var trainLogs: [Double] = []
  /// Natural logarithms of the validation loss, likewise.
  private(set) var validationLogs: [Double] = []
  /// The lowest validation loss so far.
  private(set) var lowestValidationLoss: Double?
  /// Moving averages, each with the weight ``averageWeight`` on the latest value.
  private(set) var averages: [Average: Double] = [:]
  /// ln of the gradient's norm at the first reading that has one, before the latest reading, and at it.
  private(set) var gradientLogs: GradientLogs?
  /// Sum of the squared norms of all updates.
  private(set) var sumOfSquaredUpdates = 0.0
  /// Steps between the latest two readings.
  private(set) var intervalSteps = 0

  /// Readings looked back to: the longest change is over 16 decisions.
  private static let window = 17
  private static let averageWeight = 0.2

  /// Quantities that a moving average is kept of.
  enum Average: String, Codable, CodingKeyRepresentable {
    case trainChange, validationChange, gradientCosine, updateCosine, halfBatchCosine
  }

  /// Logarithms of the gradient's norm.
  struct GradientLogs: Codable, Equatable {
    var first: Double
    var previous: Double
    var latest: Double
  }

  /// A run without readings.
  public init(hiding hidden: Set<FeatureGroup> = [], looksBack: Bool = true) {
    self.hidden = hidden
    self.looksBack = looksBack
  }

  /// The loss that losses are compared with where they near zero: chance's, or the first one.
  var lossScale: Double { latest?[.chanceLoss] ?? first?.validationLoss ?? 1 }

  /// ln(loss + 0.0001 scale), so that a loss near zero has a finite logarithm.
  func logarithm(_ loss: Double) -> Double { safeLog(loss + 1e-4 * lossScale) }

  /// Adds the reading before the first step, or one after an interval.
  public mutating func add(_ observation: Observation) {
    intervalSteps = observation.step - (latest?.step ?? 0)
    latest = observation
    guard looksBack else { return }
    if first == nil { first = observation }
    trainLogs = (trainLogs + [logarithm(observation.trainLoss)]).suffix(Self.window)
    if let loss = observation[.validationLoss] {
      validationLogs = (validationLogs + [logarithm(loss)]).suffix(Self.window)
      lowestValidationLoss = min(lowestValidationLoss ?? loss, loss)
    }
    guard trainLogs.count > 1 else { return }
    accumulate(.trainChange, change(of: trainLogs, over: 1), from: 0)
    accumulate(.validationChange, change(of: validationLogs, over: 1), from: 0)
    accumulate(.gradientCosine, observation[.gradientCosine])
    accumulate(.updateCosine, observation[.updateCosine])
    accumulate(.halfBatchCosine, observation[.halfBatchCosine])
    noteGradient(observation[.gradientNorm])
    if let norm = observation[.updateNorm] { sumOfSquaredUpdates += norm * norm * Double(intervalSteps) }
  }

  /// Adds a look before the first step.
  public mutating func add(look: Observation) {
    isLook = true
    latest = look
    if gradientLogs == nil { noteGradient(look[.gradientNorm]) }
  }

  /// Goes back to the reading before the first step once all looks are taken; its step counts what they cost.
  public mutating func endLooks(with observation: Observation) {
    isLook = false
    latest = observation
  }

  /// Adds what was decided after the latest reading.
  public mutating func add(action: Double) {
    lastAction = action.isFinite ? min(max(action, -1), 1) : 0
  }

  /// Forgets what no later decision reads: all of it, where the features do not look back.
  mutating func forget() {
    if !looksBack { self = RunHistory(hiding: hidden, looksBack: false) }
  }

  /// The change of the latest of `logs` from so many readings before, or from the first.
  func change(of logs: [Double], over count: Int) -> Double? {
    guard let latest = logs.last else { return nil }
    return latest - logs[max(0, logs.count - 1 - count)]
  }

  private mutating func noteGradient(_ norm: Double?) {
    guard let norm else { return }
    let log = safeLog(norm)
    let before = gradientLogs
    gradientLogs = GradientLogs(first: before?.first ?? log, previous: before?.latest ?? log, latest: log)
  }

  /// Moves an average towards `value`; it begins at `start`, or else at the first value.
  private mutating func accumulate(_ average: Average, _ value: Double?, from start: Double? = nil) {
    guard let value else { return }
    let before = averages[average] ?? start ?? value
    averages[average] = before + Self.averageWeight * (value - before)
  }
}

/// The natural logarithm, of at least 1e-12.
func safeLog(_ value: Double) -> Double { log(max(value, 1e-12)) }
