import Experiments
import MetaLR
import Reports

/// A population as people and programs read it.
struct PBTReport {
  let trainee: ProblemDescription
  let configuration: PopulationTraining.Configuration
  let history: PopulationHistory
  let best: Int
  /// The seed of weights and data order where the best member's lineage begins.
  let originSeed: UInt64
  let test: Evaluation

  init(
    _ trainee: ProblemDescription, _ configuration: PopulationTraining.Configuration,
    _ outcome: PopulationJob.Outcome
  ) {
    self.trainee = trainee
    self.configuration = configuration
    (history, best) = (outcome.history, outcome.best)
    (originSeed, test) = (outcome.originSeed, outcome.test)
  }

  var lineage: [Int] { history.lineage(of: best) }

  /// "LeNet-5 on fashion, adam, batch 200: 20 members, 300 steps, a selection every 15".
  var heading: String {
    "\(trainee.summary), \(trainee.optimizer), batch \(trainee.batchSize): \(configuration.members) members, "
      + "\(configuration.stepBudget) steps, a selection every \(configuration.readyInterval)"
  }

  var text: String {
    let last = history.rounds.last?[best]
    let table = table
    return """
      \(heading)

      \(table.text)
      Best: member \(best), validation loss \((last?.loss ?? .nan).fixed(4)), test loss \(test.loss.fixed(4)), test \
      accuracy \(test.accuracy.fixed(4)). Its weights come from member \(lineage[0]) (seed \(originSeed)).
      Cost: \(history.steps) optimizer steps of trainees.

      """
  }

  var markdown: String { "\(heading)\n\n\(table.markdown)" }

  /// The rates of the population and of the best member's lineage, round by round.
  private var table: TextTable {
    var table = TextTable(columns: [
      .init("steps"), .init("lowest rate"), .init("highest rate"), .init("copied"), .init("diverged"),
      .init("median val. loss"), .init("lineage: member"), .init("rate"), .init("val. loss"),
    ])
    for (round, member) in lineage.enumerated() {
      let members = history.rounds[round]
      let rates = members.map(\.learningRate)
      let losses = members.map(\.loss).sorted()
      table.addRow([
        "\(members[0].observation.step)", (rates.min() ?? .nan).short, (rates.max() ?? .nan).short,
        "\(members.indices.count { members[$0].parent != $0 })", "\(members.count { $0.hasDiverged })",
        losses[losses.count / 2].fixed(4), "\(member)", members[member].learningRate.short,
        members[member].loss.fixed(4),
      ])
    }
    return table
  }

  /// The report for programs.
  struct JSON: Encodable {
    let trainee: ProblemDescription
    let configuration: PopulationTraining.Configuration
    let best: Int
    let originSeed: UInt64
    let validationLoss: Double
    let test: Evaluation
    let steps: Int
    let lineage: [Entry]

    struct Entry: Encodable {
      let step: Int
      let member: Int
      let learningRate: Double
      let validationLoss: Double
    }
  }

  var json: JSON {
    JSON(
      trainee: trainee, configuration: configuration, best: best, originSeed: originSeed,
      validationLoss: history.rounds.last?[best].loss ?? .nan, test: test, steps: history.steps,
      lineage: lineage.enumerated().map { round, member in
        let entry = history.rounds[round][member]
        return JSON.Entry(
          step: history.firstStep(of: round), member: member, learningRate: entry.learningRate,
          validationLoss: entry.loss)
      })
  }
}
