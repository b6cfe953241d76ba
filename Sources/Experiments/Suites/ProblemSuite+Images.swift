import BuiltInTrainees
import Datasets
import MetaLR
import NeuralNet

extension ProblemSuite {
  /// Networks on real pictures: every data set with every network, three optimizers and two budgets.
  ///
  /// - Parameters:
  ///   - sets: The data, each with a hash of its contents.
  ///   - models: The networks.
  ///   - optimizers: Named as on a command line.
  ///   - budgets: Steps of a run.
  ///   - batchSize: Images of a step.
  /// - Returns: The suite.
  /// - Throws: What is impossible about a network on a data set.
  public static func images(
    _ sets: [(data: DataSplits, hash: String)], models: [ModelSpecification],
    optimizers: [String] = ["adam", "adamw", "momentum"], budgets: [Int] = [200, 1000], batchSize: Int = 128
  ) throws -> ProblemSuite {
    var problems: [Problem] = []
    for (data, hash) in sets {
      for model in models {
        for optimizer in optimizers {
          for budget in budgets {
            let configuration = ImageClassifier.Configuration(
              model: model, optimizer: try Optimizer.Configuration(parsing: optimizer), batchSize: batchSize)
            let plan = RunPlan(
              stepBudget: budget, interval: 1, decisionCount: Problem.drawnDecisions,
              divergenceBound: .greatestFiniteMagnitude)
            problems.append(
              try .images(data, hash: hash, configuration: configuration, plan: plan))
          }
        }
      }
    }
    return ProblemSuite(name: "real", problems: problems)
  }
}
