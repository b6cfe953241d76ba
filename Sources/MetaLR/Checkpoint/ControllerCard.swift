/// How a controller was made, and how it did: the part of a checkpoint that people read.
public struct ControllerCard: Codable, Sendable, Equatable {
  /// The version of metalr that wrote it.
  public var version: String
  /// What it was trained on.
  public var problems: DistributionDescription
  /// The schedules that it imitates, one a problem; empty where it learned by reward.
  public var teachers: [String]
  /// How it was trained; seeds, rewards and rates included.
  public var training: ControllerTraining.Configuration
  /// Training episodes done.
  public var episodes: Int
  /// Optimizer steps of trainees in these episodes.
  public var steps: Int
  /// How it did on held-out seeds after training; empty where nobody measured.
  public var evaluation: [EvaluationRow]
  /// The trainings before, of the controllers that this one began as, oldest first; empty for one that began anew.
  public var earlier: [ControllerCard]

  /// Optimizer steps of trainees in all trainings together.
  public var trainingSteps: Int { earlier.reduce(steps) { $0 &+ $1.trainingSteps } }

  /// The optimizer that all problems of its training had, where they were sampled with one; nil for several.
  public var drivenOptimizer: String? {
    guard let value = problems.settings.first(where: { $0.name == "optimizer" })?.value else { return nil }
    // A list joins with ", ", constants of one optimizer with ",".
    return value.contains(", ") ? nil : value
  }

  /// This training and those before it, as what a controller that goes on from it has behind it.
  public var lineage: [ControllerCard] {
    var own = self
    own.earlier = []
    return earlier + [own]
  }

  /// Creates a card.
  public init(
    version: String = metalrVersion, problems: DistributionDescription, teachers: [String] = [],
    training: ControllerTraining.Configuration, episodes: Int, steps: Int, evaluation: [EvaluationRow],
    earlier: [ControllerCard] = []
  ) {
    self.version = version
    self.problems = problems
    self.teachers = teachers
    self.training = training
    self.episodes = episodes
    self.steps = steps
    self.evaluation = evaluation
    self.earlier = earlier
  }
}

extension ControllerCard {
  /// What cards of version 0.1 kept elsewhere.
  private enum OldKeys: String, CodingKey {
    case trainee, furtherTrainees, training
  }

  private enum OldTrainingKeys: String, CodingKey {
    case plan, teacher, furtherTeachers
  }

  /// Reads a card; those of version 0.1 name trainees, and keep lengths and teachers in the training.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    version = try values.decode(String.self, forKey: .version)
    training = try values.decode(ControllerTraining.Configuration.self, forKey: .training)
    episodes = try values.decode(Int.self, forKey: .episodes)
    evaluation = try values.decode([EvaluationRow].self, forKey: .evaluation)
    earlier = try values.decodeIfPresent([ControllerCard].self, forKey: .earlier) ?? []
    if let problems = try values.decodeIfPresent(DistributionDescription.self, forKey: .problems) {
      self.problems = problems
      teachers = try values.decodeIfPresent([String].self, forKey: .teachers) ?? []
      steps = try values.decode(Int.self, forKey: .steps)
      return
    }
    let old = try decoder.container(keyedBy: OldKeys.self)
    let oldTraining = try old.nestedContainer(keyedBy: OldTrainingKeys.self, forKey: .training)
    let plan = try oldTraining.decode(RunPlan.self, forKey: .plan)
    var trainees = [try old.decode(ProblemDescription.self, forKey: .trainee)]
    trainees += try old.decodeIfPresent([ProblemDescription].self, forKey: .furtherTrainees) ?? []
    for index in trainees.indices { trainees[index].plan = plan }
    problems = DistributionDescription(name: "list", problems: trainees)
    teachers = try oldTraining.decodeIfPresent(String.self, forKey: .teacher).map { [$0] } ?? []
    teachers += try oldTraining.decodeIfPresent([String].self, forKey: .furtherTeachers) ?? []
    let (product, overflow) = episodes.multipliedReportingOverflow(by: plan.stepBudget)
    steps = overflow ? .max : product
  }
}

/// One method from one initial rate, over several seeds.
public struct EvaluationRow: Codable, Sendable, Equatable {
  /// What decided the rates: "controller", "cosine".
  public var method: String
  /// The rate that the runs began with.
  public var initialLearningRate: Double
  /// The seeds, in the order of the results.
  public var seeds: [UInt64]
  /// The last validation loss of each run.
  public var finalValidationLoss: [Double]
  /// The lowest validation loss of each run.
  public var bestValidationLoss: [Double]
  /// Test loss of each run, with the weights of its lowest validation loss.
  public var testLoss: [Double]
  /// Test accuracy of each run, likewise, in [0, 1].
  public var testAccuracy: [Double]

  /// Collects the runs of one method from one initial rate.
  ///
  /// A loss that is not finite is recorded as the greatest finite number, such an accuracy as 0.
  public init(method: String, initialLearningRate: Double, runs: [TrainingRun]) {
    func finite(_ value: Double) -> Double { value.isFinite ? value : .greatestFiniteMagnitude }
    self.method = method
    self.initialLearningRate = initialLearningRate
    seeds = runs.map(\.seed)
    finalValidationLoss = runs.map { finite($0.final.validationLoss) }
    bestValidationLoss = runs.map { finite($0.best.validationLoss) }
    testLoss = runs.map { finite($0.test.loss) }
    testAccuracy = runs.map { $0.test.accuracy.isFinite ? $0.test.accuracy : 0 }
  }
}
