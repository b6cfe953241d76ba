import MetaLR

/// The body that opens a run: what is asked for, and what is trained.
struct RunOpening: Decodable, Sendable {
  let request: RunRequest
  let trainee: DescribedTrainee?
  /// Whether controllers may learn from the run; nil for what the service was started with.
  let learns: Bool?

  private enum CodingKeys: String, CodingKey {
    case trainee
    case learns = "learn"
  }

  init(from decoder: any Decoder) throws {
    request = try RunRequest(from: decoder)
    let container = try decoder.container(keyedBy: CodingKeys.self)
    trainee = try container.decodeIfPresent(DescribedTrainee.self, forKey: .trainee)
    learns = try container.decodeIfPresent(Bool.self, forKey: .learns)
  }

  /// How the run differs from what a controller was trained with: "optimizer sgd, trained with adam".
  func unfamiliar(under card: ControllerCard) -> [String] {
    let problem = ProblemDescription(
      dataset: "", datasetHash: "", splitSizes: [], model: trainee?.network ?? "",
      optimizer: trainee?.optimizer ?? "", batchSize: trainee?.batchSize ?? 0,
      plan: RunPlan(stepBudget: request.totalSteps, interval: request.interval))
    return UnfamiliarRun(problem, under: card).differences
  }
}

/// What a client says of its training; it is compared with the controller's card, and not stored.
struct DescribedTrainee: Decodable, Sendable {
  /// By its name: "adam".
  let optimizer: String?
  /// By its name: "LeNet-5".
  let network: String?
  /// Examples of a step.
  let batchSize: Int?

  /// Characters of a name; longer ones come back in the answer.
  private static let longestName = 64

  /// Checks what the OpenAPI description promises.
  ///
  /// - Throws: ``ServiceError`` that names what is out of its range.
  func validate() throws(ServiceError) {
    for (name, value) in [("optimizer", optimizer), ("network", network)] {
      guard value.map({ $0.unicodeScalars.count <= Self.longestName }) ?? true else {
        throw .invalid("trainee.\(name) is too long.", remedy: "Use at most \(Self.longestName) characters.")
      }
    }
    guard (batchSize ?? 1) >= 1 else {
      throw .invalid("trainee.batchSize is \(batchSize ?? 0).", remedy: "Give a number of at least 1.")
    }
  }
}
