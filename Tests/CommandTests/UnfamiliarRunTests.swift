import MetaLR
import Testing

@testable import Command

@Suite("Runs that a controller was not trained for")
struct UnfamiliarRunTests {
  static func problem(
    model: String = "LeNet-5", optimizer: String = "adam", batchSize: Int = 200, steps: Int = 300,
    interval: Int = 10
  ) -> ProblemDescription {
    ProblemDescription(
      dataset: "shapes", datasetHash: "", splitSizes: [], model: model, optimizer: optimizer,
      batchSize: batchSize, plan: RunPlan(stepBudget: steps, interval: interval))
  }

  static func card(_ problems: DistributionDescription) -> ControllerCard {
    ControllerCard(
      problems: problems, training: ControllerTraining.Configuration(), episodes: 1, steps: 1, evaluation: [])
  }

  @Test(
    "Every difference from a controller of one problem is named",
    arguments: [
      (problem(), []), (problem(model: "", optimizer: "", batchSize: 0), []),
      (problem(optimizer: "sgd"), ["optimizer sgd, trained with adam"]),
      (problem(model: "ResNet-8"), ["network ResNet-8, trained with LeNet-5"]),
      (
        problem(batchSize: 100, steps: 1000, interval: 5),
        ["batch size 100, trained with 200", "steps 1000, trained with 300", "interval 5, trained with 10"]
      ),
    ])
  func list(problem: ProblemDescription, differences: [String]) {
    let card = Self.card(DistributionDescription(name: "list", problems: [Self.problem()]))
    let run = UnfamiliarRun(problem, under: card)
    #expect(run.differences == differences)
    #expect(run.warning(card)?.contains("'universal' is for any training") ?? true)
    #expect((run.warning(card) == nil) == differences.isEmpty)
  }

  @Test("An optimizer without constants is compared by its name; control characters are left out")
  func names() {
    let card = Self.card(
      DistributionDescription(name: "list", problems: [Self.problem(optimizer: "adamw:decay=0.1")]))
    for (optimizer, differences) in [
      ("adamw", []), ("adamw:decay=0.1", []),
      ("adamw:decay=0.2", ["optimizer adamw:decay=0.2, trained with adamw:decay=0.1"]),
      ("adam", ["optimizer adam, trained with adamw:decay=0.1"]),
      ("\u{1B}sgd", ["optimizer sgd, trained with adamw:decay=0.1"]),
    ] {
      #expect(UnfamiliarRun(Self.problem(optimizer: optimizer), under: card).differences == differences)
    }
  }

  @Test("A controller for any training is familiar with all but another optimizer than its own")
  func drawn() {
    for (setting, warning) in [
      ("adam, momentum", nil),
      ("schedule-free-adamw", "Give --optimizer schedule-free-adamw, or use the controller 'universal'."),
    ] as [(String, String?)] {
      let card = Self.card(
        DistributionDescription(name: "drawn", settings: [.init("optimizer", setting)]))
      let text = UnfamiliarRun(Self.problem(optimizer: "sgd"), under: card).warning(card)
      #expect(warning.map { text?.contains($0) == true } ?? (text == nil), "\(text ?? "")")
    }
  }
}
