import BuiltInTrainees
import Foundation
import MetaLR
import NeuralNet
import Synchronization

extension Problem {
  /// Decisions of a run of a drawn problem.
  public static let drawnDecisions = 50

  /// A drawn problem; its examples are made when they are first needed.
  public static func drawn(_ problem: DrawnProblem) -> Problem {
    let description = ProblemDescription(
      drawn: problem, model: problem.network.name)
    let examples = LazyExamples { DrawnData(problem) }
    return Problem(
      description, plan: .drawn(steps: problem.stepBudget), usualLearningRate: problem.usualLearningRate,
      chanceLoss: { examples.data.chanceLoss },
      with: { optimizer, averaging in
        var other = problem
        if let optimizer {
          other.optimizer = try Optimizer.Configuration(parsing: optimizer)
          other.usualLearningRate = other.optimizer.usualLearningRate
        }
        if let averaging { other.averaging = try WeightAveraging(parsing: averaging) }
        return .drawn(other)
      }
    ) { idle in
      guard let trainee = idle as? DrawnTrainee else { return DrawnTrainee(examples.data) }
      trainee.use(examples.data)
      return trainee
    }
  }
}

extension Problem {
  /// A drawn problem of the image classifier; its pictures are made when they are first needed.
  public static func drawn(_ problem: DrawnImageProblem) -> Problem {
    let pictures = problem.pictures
    let description = ProblemDescription(
      drawn: pictures, model: problem.model.description)
    let examples = LazyExamples { problem.data() }
    let configuration = ImageClassifier.Configuration(
      model: problem.model, optimizer: pictures.optimizer, batchSize: pictures.batchSize,
      averaging: pictures.averaging)
    return Problem(
      description, plan: .drawn(steps: pictures.stepBudget), usualLearningRate: pictures.usualLearningRate,
      chanceLoss: { log(Double(pictures.classes)) }
    ) { _ in
      try ImageClassifier(data: examples.data, configuration: configuration)
    }
  }
}

extension RunPlan {
  fileprivate static func drawn(steps: Int) -> RunPlan {
    RunPlan(
      stepBudget: steps, interval: 1, decisionCount: Problem.drawnDecisions,
      divergenceBound: .greatestFiniteMagnitude)
  }
}

extension ProblemDescription {
  fileprivate init(drawn problem: DrawnProblem, model: String) {
    self.init(
      dataset: "drawn \(problem.family.rawValue) \(problem.seed)", datasetHash: "",
      splitSizes: [problem.trainCount, problem.validationCount, problem.testCount], model: model,
      optimizer: problem.optimizer.description, averaging: problem.averaging.name,
      batchSize: problem.batchSize, plan: .drawn(steps: problem.stepBudget))
  }
}

/// Examples that the first who asks makes, while others wait.
private final class LazyExamples<Examples: Sendable>: Sendable {
  private let make: @Sendable () -> Examples
  private let made = Mutex<Examples?>(nil)

  init(_ make: @escaping @Sendable () -> Examples) { self.make = make }

  var data: Examples {
    made.withLock { made in
      if let made { return made }
      let data = make()
      made = data
      return data
    }
  }
}

/// Problems sampled from a range, every one a new one.
public struct DrawnProblems: ProblemDistribution {
  /// What is sampled from.
  public let range: DrawnRange

  /// A distribution over `range`.
  ///
  /// - Throws: `DrawnProblemError` for a range that nothing can be sampled from.
  public init(_ range: DrawnRange) throws {
    try range.validate()
    self.range = range
  }

  /// The range in words.
  public var description: DistributionDescription {
    DistributionDescription(
      name: "drawn",
      settings: [
        .init("families", range.families.members.map(\.rawValue).joined(separator: ", ")),
        .init("widths", range.widths.map(String.init).joined(separator: ", ")),
        .init("hidden layers", "\(range.layers.lowerBound) to \(range.layers.upperBound)"),
        .init(
          "initial weights",
          "\(range.initialScales.lowerBound) to \(range.initialScales.upperBound) times the usual deviation"),
        .init("training examples", "\(range.trainCounts.lowerBound) to \(range.trainCounts.upperBound)"),
        .init("validation examples", "\(range.validationCount)"),
        .init("budget", "\(range.budgets.lowerBound) to \(range.budgets.upperBound) steps"),
        .init("batch sizes", range.batchSizes.map(String.init).joined(separator: ", ")),
        .init("optimizer", range.optimizer?.description ?? "adam, momentum, adamw, sgd, rmsprop"),
        .init("operations", operations),
      ]
        + share("convolutions", range.convolutions) + share("images", range.images)
        + share("regularization", range.regularization)
        + share("averaging", range.averaging))
  }

  private var operations: String {
    let cap = "at most \(range.operations) a run"
    return range.reach > 1
      ? "\(cap), up to \(range.reach) times as many in a share that falls with them" : cap
  }

  private func share(_ name: String, _ value: Double) -> [DistributionDescription.Setting] {
    value > 0
      ? [.init(name, "in \(value) of the problems that can have \(name == "convolutions" ? "them" : "it")")]
      : []
  }

  /// 1: every problem is a new one.
  public var cycle: Int { 1 }

  /// A problem sampled for its number.
  public func problem(_ index: Int, seed: UInt64) -> Problem {
    var generator = SeededGenerator(seed: seed, stream: 1 << 60 | UInt64(index))
    let chosen = generator.next()
    guard range.images > 0, generator.nextUniform() < range.images else {
      return .drawn(DrawnProblem.sampled(seed: chosen, from: range))
    }
    return .drawn(DrawnImageProblem.sampled(seed: chosen, from: range))
  }
}
