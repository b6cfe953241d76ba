/// The messages of the trainee protocol, version 2; Docs/Trainee-protocol.md describes them.
enum TraineeMessage {
  static let version = 2
  /// Versions that a process may answer with: one of version 1 reports six measures, and never looks.
  static let spoken = 1...2
  /// The largest whole number that every JSON reader holds exactly.
  static let largestSeed: UInt64 = 1 << 53 - 1

  /// One line to the process, without what the request does not need.
  struct Request: Encodable {
    var id = 0
    let request: Name
    var `protocol`: Int?
    var worker: Int?
    var seed: UInt64?
    var stepBudget: Int?
    var learningRate: Double?
    var learningRates: [Double]?
    var snapshot: String?
    var step: Int?

    init(_ request: Name) {
      self.request = request
    }
  }

  /// The requests.
  enum Name: String, Encodable {
    case hello, reset, look, train, evaluate, snapshot, restore, discard, close
  }

  /// One line from the process; which of the parts must be there depends on the request.
  struct Answer: Decodable {
    let id: Int
    let error: String?
    let `protocol`: Int?
    let observation: Reading?
    let evaluation: Scores?
    let snapshot: String?
  }

  /// What every answer has, read first so that a stale answer is told from a malformed one.
  struct Header: Decodable {
    let id: Int
  }

  /// An observation as it is sent: measures by name beside step and rate; null stands for a number that is not finite.
  struct Reading: Decodable {
    let step: Int
    let learningRate: Double
    let measures: MeasureValues

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: MeasureKey.self)
      step = try container.decode(Int.self, forKey: MeasureKey("step"))
      learningRate = try container.decode(Double.self, forKey: MeasureKey("learningRate"))
      var values = MeasureValues()
      for measure in Measure.allCases {
        let key = MeasureKey(measure.rawValue)
        guard measure.isRequired || container.contains(key) else { continue }
        values[measure] = try container.numberOrNull(key)
      }
      measures = values
    }

    /// The first number that no training run can have, in words.
    var impossible: String? {
      for measure in measures.measures {
        guard let value = measures[measure], let lowest = measure.minimum, value < lowest else { continue }
        return "\(measure.rawValue) of \(value)"
      }
      return nil
    }
  }

  /// A member of an observation.
  struct MeasureKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
  }

  /// An evaluation as it is sent.
  struct Scores: Decodable {
    let loss: Double
    let accuracy: Double

    enum CodingKeys: CodingKey {
      case loss, accuracy
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      loss = try container.numberOrNull(.loss)
      accuracy = try container.decode(Double.self, forKey: .accuracy)
    }
  }
}

extension KeyedDecodingContainer {
  /// A number that must be there; null is infinity, the loss of a run that has diverged.
  ///
  /// So is a number beyond 1e30, which a trainee of 64-bit numbers may reach: it overflows the policy's 32-bit inputs.
  fileprivate func numberOrNull(_ key: Key) throws -> Double {
    guard contains(key) else {
      throw DecodingError.keyNotFound(key, .init(codingPath: codingPath, debugDescription: "missing"))
    }
    let number = try decodeNil(forKey: key) ? .infinity : decode(Double.self, forKey: key)
    return number.magnitude > 1e30 ? .infinity : number
  }
}
