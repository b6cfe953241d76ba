/// The messages of the trainee protocol, version 1; Docs/Trainee-protocol.md describes them.
enum TraineeMessage {
  static let version = 1
  /// The largest whole number that every JSON reader holds exactly.
  static let largestSeed: UInt64 = 1 << 53 - 1

  /// The largest number of a run that has not diverged.
  static let largestNumber = 1e30

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
    case hello, reset, train, evaluate, snapshot, restore, discard, close
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

  /// An observation as it is sent: null stands for a number that is not finite.
  struct Reading: Decodable {
    let step: Int
    let learningRate: Double
    let trainLoss: Double
    let validationLoss: Double
    let predictionVariance: Double
    let predictionChangeVariance: Double
    let weightMean: Double
    let weightVariance: Double

    enum CodingKeys: CodingKey {
      case step, learningRate, trainLoss, validationLoss, predictionVariance, predictionChangeVariance
      case weightMean, weightVariance
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      step = try container.decode(Int.self, forKey: .step)
      learningRate = try container.decode(Double.self, forKey: .learningRate)
      trainLoss = try container.numberOrNull(.trainLoss)
      validationLoss = try container.numberOrNull(.validationLoss)
      predictionVariance = try container.numberOrNull(.predictionVariance)
      predictionChangeVariance = try container.numberOrNull(.predictionChangeVariance)
      let mean = try container.numberOrNull(.weightMean)
      weightMean = mean < -TraineeMessage.largestNumber ? .infinity : mean
      weightVariance = try container.numberOrNull(.weightVariance)
    }

    /// The first number that no training run can have, in words.
    var impossible: String? {
      let variances = [
        ("predictionVariance", predictionVariance), ("predictionChangeVariance", predictionChangeVariance),
        ("weightVariance", weightVariance),
      ]
      return variances.first { $0.1 < 0 }.map { "\($0.0) of \($0.1)" }
    }
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
  /// So is a number above 1e30, which a Float64 trainee may reach: it overflows the policy's 32-bit inputs.
  fileprivate func numberOrNull(_ key: Key) throws -> Double {
    guard contains(key) else {
      throw DecodingError.keyNotFound(key, .init(codingPath: codingPath, debugDescription: "missing"))
    }
    let number = try decodeNil(forKey: key) ? .infinity : decode(Double.self, forKey: key)
    return number > TraineeMessage.largestNumber ? .infinity : number
  }
}
