import Experiments
import Foundation
import MetaLR
import Reports

/// A checkpoint's card for a terminal.
struct CardText {
  private let checkpoint: Checkpoint

  init(_ checkpoint: Checkpoint) {
    self.checkpoint = checkpoint
  }

  var text: String {
    let facts = facts
    let width = facts.map(\.name.count).max() ?? 0
    let lines = facts.map {
      "\($0.name)\(String(repeating: " ", count: width - $0.name.count))  \($0.value)".printable + "\n"
    }
    return lines.joined() + evaluation
  }

  private var facts: [(name: String, value: String)] {
    let (card, controller) = (checkpoint.card, checkpoint.controller)
    let training = card.training
    return [("made by", "metalr \(card.version)")] + Self.facts(of: card.problems) + [
      (
        "episodes",
        "\(card.episodes), an update every \(training.episodesPerUpdate)"
          + card.earlier.reversed().map { earlier in
            ", after \(earlier.episodes) on "
              + earlier.problems.summary
              + (Self.teachers(earlier).map { " with the \($0.name) \($0.value)" } ?? "")
          }.joined()
      ),
      (
        "initial rates",
        training.initialRateDecades.map {
          "10^\($0.lowerBound) to 10^\($0.upperBound) times the optimizer's usual rate"
        } ?? training.initialLearningRates.map { "\($0)" }.joined(separator: ", ")
      ),
      Self.teachers(card)
        ?? ("reward", "\(training.reward.rawValue), discount \(training.ppo.discount)"),
      ("seed", "\(training.seed)"),
      ("features", "\(controller.features.presetName ?? "own list") (\(controller.features.count))"),
      ("actor", Self.describe(controller.policy.configuration.actor)),
      ("critic", Self.describe(controller.policy.configuration.critic)),
      (
        "rate",
        "\(controller.action.minimum) to \(controller.action.maximum), "
          + "changed by at most exp(\(controller.action.logScale))"
          + (controller.action.fall > 0 ? ", falling over the last \(controller.action.fall) of a run" : "")
      ),
    ]
  }

  private var evaluation: String {
    guard !checkpoint.card.evaluation.isEmpty else { return "" }
    var table = TextTable(columns: [
      .init("initial rate", .left), .init("method", .left), .init("final val. loss"), .init("best val. loss"),
      .init("test loss"), .init("test accuracy"),
    ])
    for row in checkpoint.card.evaluation {
      let measures = [row.finalValidationLoss, row.bestValidationLoss, row.testLoss, row.testAccuracy]
      table.addRow(
        ["\(row.initialLearningRate)", row.method.printable]
          + measures.map { values in
            Sample(values).map {
              NumberText.mean($0.mean, deviation: $0.count > 1 ? $0.standardDeviation : nil)
            } ?? "-"
          })
    }
    let seeds = checkpoint.card.evaluation.first?.seeds.count ?? 0
    return "\nOn \(seeds) held-out seeds, mean (standard deviation):\n\n\(table.text)"
  }

  private static func teachers(_ card: ControllerCard) -> (name: String, value: String)? {
    guard !card.teachers.isEmpty else { return nil }
    return (card.teachers.count > 1 ? "teachers" : "teacher", card.teachers.joined(separator: ", "))
  }

  private static func facts(of problems: DistributionDescription) -> [(name: String, value: String)] {
    let settings = problems.settings.map { (name: $0.name, value: shortened($0.value)) }
    guard let first = problems.problems.first else { return [("problems", problems.name)] + settings }
    let data = problems.problems.flatMap { problem in
      let sizes = problem.splitSizes.map(String.init).joined(separator: " / ")
      return [
        (name: "data set", value: "\(problem.dataset), \(sizes) images to train / validate / test"),
        ("content hash", problem.datasetHash),
      ]
    }
    let network = "\(first.model), \(first.optimizer), batch \(first.batchSize)"
    return data + [("network", network)]
      + (first.plan.map { [("run", "\($0.stepBudget) steps, \($0.decisions) decisions")] } ?? [])
  }

  /// Numbers of seven and more digits in powers of ten: "at most 1.20e8 a run".
  private static func shortened(_ text: String) -> String {
    text.replacing(/\d{7,}(\.\d+)?/) { NumberText.fixed(Double($0.output.0) ?? .nan) }
  }

  private static func describe(_ network: NetworkShape) -> String {
    switch network {
    case .mlp(let hidden): "MLP of \(hidden) tanh units"
    case .lstm(let hidden): "LSTM of \(hidden) cells"
    case .gru(let embedding, let hidden): "\(embedding) tanh units, GRU of \(hidden) cells"
    }
  }
}
