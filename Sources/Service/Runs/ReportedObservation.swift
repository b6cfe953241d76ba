import MetaLR

/// What a training job reports: an `Observation` less what the service knows itself.
struct ReportedObservation: Sendable, Equatable {
  var step: Int
  /// What was measured; one that does not hold a required measure is refused before it comes here.
  var measures: [Measure: Reading]
  /// What the trial steps before the first step saw, in order; empty at every step but 0.
  var looks: [[Measure: Reading]] = []

  /// The mean training loss since the last observation.
  var trainLoss: Reading { measures[.trainLoss] ?? Reading(.nan) }
  /// The loss on the validation split; nil for a run without one.
  var validationLoss: Reading? { measures[.validationLoss] }

  /// The observation that the controller sees; as from a trainee's process, a number beyond 1e30 is one of a run that
  /// has diverged.
  func observation(stepBudget: Int, learningRate: Double) -> Observation {
    Observation(
      step: step, stepBudget: stepBudget, learningRate: learningRate, measures: Self.bounded(measures))
  }

  /// A look as the controller sees it, with the rate of its trial step.
  func look(_ index: Int, stepBudget: Int, learningRate: Double) -> Observation {
    Observation(
      step: step, stepBudget: stepBudget, learningRate: learningRate, measures: Self.bounded(looks[index])
    ).asLook
  }

  private static func bounded(_ measures: [Measure: Reading]) -> MeasureValues {
    MeasureValues(measures.mapValues { $0.value.magnitude > 1e30 ? .infinity : $0.value })
  }

  /// Refuses what no training run can measure; numbers that are not finite are let through.
  ///
  /// - Throws: ``ServiceError`` that names the number.
  func validate() throws(ServiceError) {
    for measures in [measures] + looks {
      for measure in Measure.allCases {
        guard let value = measures[measure]?.value, let lowest = measure.minimum, value < lowest else {
          continue
        }
        throw .invalid(
          "\(measure.rawValue) is \(value).", remedy: "Give a number of at least \(lowest), or leave it out.")
      }
    }
    guard step >= 0 else {
      throw .invalid("step is \(step).", remedy: "Give the optimizer steps done so far, at least 0.")
    }
    guard looks.isEmpty || step == 0 else {
      throw .invalid(
        "looks are given at step \(step).",
        remedy: "Look before the first step, and leave them out at others.")
    }
    guard looks.count <= Self.mostLooks else {
      throw .invalid("There are \(looks.count) looks.", remedy: "Give at most \(Self.mostLooks).")
    }
  }

  /// No controller looks more often.
  private static let mostLooks = 100
}

/// In JSON, measures stand beside the step under their names; a name that this build does not know is ignored.
extension ReportedObservation: Codable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    step = try container.decode(Int.self, forKey: Key("step"))
    measures = try Self.measures(container)
    guard container.contains(Key("looks")) else { return }
    var list = try container.nestedUnkeyedContainer(forKey: Key("looks"))
    while !list.isAtEnd { looks.append(try Self.measures(list.nestedContainer(keyedBy: Key.self))) }
  }

  private static func measures(_ container: KeyedDecodingContainer<Key>) throws -> [Measure: Reading] {
    var measures: [Measure: Reading] = [:]
    for measure in Measure.allCases {
      let key = Key(measure.rawValue)
      measures[measure] =
        try measure.isRequired
        ? container.decode(Reading.self, forKey: key) : container.decodeIfPresent(Reading.self, forKey: key)
    }
    return measures
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(step, forKey: Key("step"))
    try Self.encode(measures, in: &container)
    guard !looks.isEmpty else { return }
    var list = container.nestedUnkeyedContainer(forKey: Key("looks"))
    for look in looks {
      var container = list.nestedContainer(keyedBy: Key.self)
      try Self.encode(look, in: &container)
    }
  }

  private static func encode(
    _ measures: [Measure: Reading], in container: inout KeyedEncodingContainer<Key>
  ) throws {
    for measure in Measure.allCases {
      try container.encodeIfPresent(measures[measure], forKey: Key(measure.rawValue))
    }
  }
}

/// As stored: every bit of every number, because SQLite keeps neither NaN nor -0.
extension ReportedObservation {
  /// What version 0.1 stored, 48 bytes without names; runs that report just these still do.
  private static let unnamed: [Measure] = [
    .trainLoss, .validationLoss, .predictionVariance, .predictionChangeVariance, .weightMean, .weightVariance,
  ]
  private static let unnamedSize = 48

  /// The bytes to store: the six numbers of version 0.1, or a name and a number for each measure, a zero, the number of
  /// looks, and each of them in the same way.
  var stored: [UInt8] {
    var bytes = ByteWriter(capacity: 512)
    if looks.isEmpty, Set(measures.keys) == Set(Self.unnamed) {
      for measure in Self.unnamed { bytes.append(measures[measure]?.value ?? .nan) }
      return bytes.bytes
    }
    Self.append(measures, to: &bytes)
    if !looks.isEmpty {
      bytes.append(UInt8(looks.count))
      for look in looks { Self.append(look, to: &bytes) }
    }
    // A form with names is never as long as the one without.
    if bytes.bytes.count == Self.unnamedSize { bytes.append(UInt8(0)) }
    return bytes.bytes
  }

  private static func append(_ measures: [Measure: Reading], to bytes: inout ByteWriter) {
    for measure in Measure.allCases {
      guard let value = measures[measure]?.value else { continue }
      bytes.append(UInt8(measure.rawValue.utf8.count))
      for byte in measure.rawValue.utf8 { bytes.append(byte) }
      bytes.append(value)
    }
    bytes.append(UInt8(0))
  }

  /// Reads what ``stored`` wrote; a name that this build does not know is left out.
  init?(step: Int, stored: some Collection<UInt8>) {
    self.step = step
    measures = [:]
    var bytes = ByteReader(stored)
    if stored.count == Self.unnamedSize {
      for measure in Self.unnamed { measures[measure] = bytes.double().map(Reading.init) }
      return
    }
    guard let named = Self.measures(&bytes) else { return nil }
    measures = named
    for _ in 0..<(bytes.integer(UInt8.self) ?? 0) {
      guard let look = Self.measures(&bytes) else { return nil }
      looks.append(look)
    }
  }

  private static func measures(_ bytes: inout ByteReader) -> [Measure: Reading]? {
    var measures: [Measure: Reading] = [:]
    while let length = bytes.integer(UInt8.self), length > 0 {
      var name: [UInt8] = []
      for _ in 0..<length {
        guard let byte = bytes.integer(UInt8.self) else { return nil }
        name.append(byte)
      }
      guard let value = bytes.double() else { return nil }
      if let measure = Measure(rawValue: String(decoding: name, as: UTF8.self)) {
        measures[measure] = Reading(value)
      }
    }
    return measures[.trainLoss] == nil ? nil : measures
  }
}
