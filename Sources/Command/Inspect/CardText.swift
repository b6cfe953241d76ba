import Experiments
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
      "\($0.name)\(String(repeating: " ", count: width - $0.name.count))  \($0.value)\n"
    }
    return lines.joined() + evaluation
  }

  private var facts: [(name: String, value: String)] {
    let (card, controller) = (checkpoint.card, checkpoint.controller)
    let training = card.training
    let data = card.trainees.flatMap { trainee in
      let sizes = trainee.splitSizes.map(String.init).joined(separator: " / ")
      return [
        (name: "data set", value: "\(trainee.dataset), \(sizes) images to train / validate / test"),
        ("content hash", trainee.datasetHash),
      ]
    }
    return [("made by", "metalr \(card.version)")] + data + [
      ("network", "\(card.trainee.model), \(card.trainee.optimizer), batch \(card.trainee.batchSize)"),
      ("run", "\(training.plan.stepBudget) steps, a decision every \(training.plan.interval)"),
      (
        "episodes",
        "\(card.episodes), an update every \(training.episodesPerUpdate)"
          + card.earlier.reversed().map { earlier in
            ", after \(earlier.episodes) on "
              + earlier.trainees.map(\.dataset).joined(separator: ", ")
              + (Self.teachers(earlier.training).map { " with the \($0.name) \($0.value)" } ?? "")
          }.joined()
      ),
      ("initial rates", training.initialLearningRates.map { "\($0)" }.joined(separator: ", ")),
      Self.teachers(training)
        ?? ("reward", "\(training.reward.rawValue), discount \(training.ppo.discount)"),
      ("seed", "\(training.seed)"),
      ("features", "\(controller.featureSet.rawValue) (\(controller.featureSet.count))"),
      ("actor", Self.describe(controller.policy.configuration.actor)),
      ("critic", Self.describe(controller.policy.configuration.critic)),
      (
        "rate",
        "\(controller.action.minimum) to \(controller.action.maximum), "
          + "changed by at most exp(\(controller.action.logScale))"
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
        ["\(row.initialLearningRate)", row.method]
          + measures.map { values in
            Sample(values).map { "\($0.mean.fixed(4)) (\($0.standardDeviation.fixed(4)))" } ?? "-"
          })
    }
    let seeds = checkpoint.card.evaluation.first?.seeds.count ?? 0
    return "\nOn \(seeds) held-out seeds, mean (standard deviation):\n\n\(table.text)"
  }

  private static func teachers(_ training: ControllerTraining.Configuration) -> (name: String, value: String)?
  {
    let teachers = training.teachers.map { "\($0)" }
    guard !teachers.isEmpty else { return nil }
    return (teachers.count > 1 ? "teachers" : "teacher", teachers.joined(separator: ", "))
  }

  private static func describe(_ network: NetworkShape) -> String {
    switch network {
    case .mlp(let hidden): "MLP of \(hidden) tanh units"
    case .lstm(let hidden): "LSTM of \(hidden) cells"
    }
  }
}
