/// How a controller was made, and how it did: the part of a checkpoint that people read.
public struct ControllerCard: Codable, Sendable, Equatable {
  /// The version of metalr that wrote it.
  public var version: String
  /// What its trainees were; with several tasks, those of the first.
  public var trainee: TraineeDescription
  /// The trainees of the other tasks, in order; empty for a single task.
  public var furtherTrainees: [TraineeDescription]
  /// How it was trained; seeds, rewards, rates and lengths included.
  public var training: ControllerTraining.Configuration
  /// Training episodes done.
  public var episodes: Int
  /// How it did on held-out seeds after training; empty where nobody measured.
  public var evaluation: [EvaluationRow]
  /// The trainings before, of the controllers that this one began as, oldest first; empty for one that began anew.
  public var earlier: [ControllerCard]

  /// The trainees of all tasks, in order.
  public var trainees: [TraineeDescription] { [trainee] + furtherTrainees }

  /// Optimizer steps of trainees in all trainings together.
  public var trainingSteps: Int {
    earlier.reduce(episodes * training.plan.stepBudget) { $0 + $1.trainingSteps }
  }

  /// This training and those before it, as what a controller that goes on from it has behind it.
  public var lineage: [ControllerCard] {
    var own = self
    own.earlier = []
    return earlier + [own]
  }

  /// Creates a card.
  public init(
    version: String = metalrVersion, trainee: TraineeDescription,
    furtherTrainees: [TraineeDescription] = [], training: ControllerTraining.Configuration, episodes: Int,
    evaluation: [EvaluationRow], earlier: [ControllerCard] = []
  ) {
    self.earlier = earlier
    self.furtherTrainees = furtherTrainees
    self.version = version
    self.trainee = trainee
    self.training = training
    self.episodes = episodes
    self.evaluation = evaluation
  }
}

extension ControllerCard {
  /// Reads a card; those of older versions name neither earlier trainings nor further trainees.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      version: try values.decode(String.self, forKey: .version),
      trainee: try values.decode(TraineeDescription.self, forKey: .trainee),
      furtherTrainees: try values.decodeIfPresent([TraineeDescription].self, forKey: .furtherTrainees) ?? [],
      training: try values.decode(ControllerTraining.Configuration.self, forKey: .training),
      episodes: try values.decode(Int.self, forKey: .episodes),
      evaluation: try values.decode([EvaluationRow].self, forKey: .evaluation),
      earlier: try values.decodeIfPresent([ControllerCard].self, forKey: .earlier) ?? [])
  }
}

/// What a trainee is made of, in words and numbers.
public struct TraineeDescription: Codable, Sendable, Equatable {
  /// Name of the data set: "fashion".
  public var dataset: String
  /// A hash of the data set's contents.
  public var datasetHash: String
  /// Images of the training, validation and test splits.
  public var splitSizes: [Int]
  /// Name of the network: "LeNet-5".
  public var model: String
  /// Name of the optimizer: "adam".
  public var optimizer: String
  /// Images of one optimizer step.
  public var batchSize: Int
  /// The command of a trainee in a process of its own, nil for the built-in one.
  public var command: String?

  /// Creates a description.
  public init(
    dataset: String, datasetHash: String, splitSizes: [Int], model: String, optimizer: String, batchSize: Int,
    command: String? = nil
  ) {
    self.command = command
    self.dataset = dataset
    self.datasetHash = datasetHash
    self.splitSizes = splitSizes
    self.model = model
    self.optimizer = optimizer
    self.batchSize = batchSize
  }
}

extension TraineeDescription {
  /// What a trainee in another process says of itself; a hash or name that it does not give is empty.
  ///
  /// - Parameters:
  ///   - hello: What it says.
  ///   - command: By which it is started; nil where nobody knows.
  public init(of hello: TraineeHello, command: String? = nil) {
    self.init(
      dataset: hello.dataset ?? "", datasetHash: hello.datasetHash ?? "", splitSizes: hello.splitSizes ?? [],
      model: hello.model ?? hello.name, optimizer: hello.optimizer ?? "", batchSize: hello.batchSize ?? 0,
      command: command)
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
