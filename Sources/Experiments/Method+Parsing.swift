import BuiltInTrainees
import MetaLR
import Schedules

extension Method {
  /// A method as a user writes it.
  ///
  /// `constant` and `cosine` alone begin at the run's initial rate. `plateau:RATE,…` and `hypergradient:RATE,…` react to the
  /// run. Any other text is a `ScheduleSpecification`.
  ///
  /// - Throws: `ScheduleError` with what is possible.
  public init(parsing text: String) throws(ScheduleError) {
    if text == "constant" {
      self = .constant
    } else if text == "cosine" {
      self = .cosine
    } else if let numbers = Self.numbers(of: "plateau", in: text) {
      self = try .plateau(numbers, name: text)
    } else if let numbers = Self.numbers(of: "hypergradient", in: text) {
      self = try .hypergradient(numbers, name: text)
    } else {
      self = .schedule(try ScheduleSpecification(parsing: text, beside: ["plateau", "hypergradient"]))
    }
  }

  private static func numbers(of name: String, in text: String) -> String? {
    text == name ? "" : text.hasPrefix(name + ":") ? String(text.dropFirst(name.count + 1)) : nil
  }

  private static func plateau(_ numbers: String, name: String) throws(ScheduleError) -> Method {
    let given = try FeedbackSpecification(
      numbers, of: "plateau",
      parameters: [
        ("rate", nil), ("factor", 0.1), ("patience", 10), ("threshold", 1e-4), ("cooldown", 0), ("min", 0),
        ("warmup", 0),
      ])
    var plateau = PlateauSource.Configuration(initialLearningRate: given["rate"])
    (plateau.factor, plateau.threshold, plateau.lowest) = (given["factor"], given["threshold"], given["min"])
    plateau.patience = try given.whole("patience")
    plateau.cooldown = try given.whole("cooldown")
    plateau.warmUpSteps = try given.whole("warmup")
    let source = try PlateauSource(plateau)
    let first = plateau.initialLearningRate / Double(plateau.warmUpSteps + 1)
    return Method(name: name, ownInitialRate: { _ in first }) { _, _ in source }
  }

  /// The rate moves along its own gradient: see `Optimizer.Configuration.hypergradient(_:beta:)`.
  private static func hypergradient(_ numbers: String, name: String) throws(ScheduleError) -> Method {
    let given = try FeedbackSpecification(
      numbers, of: "hypergradient", parameters: [("rate", nil), ("beta", 1e-7)])
    let (rate, beta) = (given["rate"], given["beta"])
    guard rate > 0, rate <= ScheduleError.highestRate, beta >= 0, Float(beta).isFinite else {
      throw ScheduleError(
        "'\(name)' has a rate of \(rate) and a beta of \(beta); give a positive rate, and a beta of at least 0, "
          + "neither beyond \(ScheduleError.highestRate).")
    }
    return Method(
      name: name, ownInitialRate: { _ in rate },
      prepare: { trainee in
        guard let classifier = trainee as? ImageClassifier else {
          throw ScheduleError(
            "'\(name)' needs gradients, which only the built-in trainee has. Leave --trainee out.")
        }
        classifier.use(.hypergradient(classifier.ownOptimizer, beta: beta))
      }
    ) { _, _ in ConstantRate(rate) }
  }
}
