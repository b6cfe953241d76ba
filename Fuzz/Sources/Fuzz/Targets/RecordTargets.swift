import BuiltInTrainees
import Files
import Foundation
import MetaLR
import Schedules

@testable import Experiments
@testable import Training

/// Records of work that was done.
let recordTargets = [
  FuzzTarget("journal", longestInput: 8192, seeds: { [try journalSeed()] }) { data in
    journalFile.fill(data)
    do {
      let journal = try Journal(path: journalFile.path, settings: journalSettings)
      for key in ["a", "b"] {
        if let run = try? journal.value(for: key, as: TrainingRun.self) { use(run) }
      }
      try journal.append(try toyRun(), for: "c")
    }
    let journal = try Journal(path: journalFile.path, settings: journalSettings)
    demand(
      try journal.value(for: "c", as: TrainingRun.self) == toyRun(), "a journal lost what was added to it")
  },
  FuzzTarget("replay", seeds: { [Data(replaySeed.utf8)] }) { data in
    let schedule = try ReplaySchedule(csv: String(decoding: data, as: UTF8.self))
    demandFinite(
      [.min, -1, 0, 1, 5, .max].map(schedule.learningRate(at:)), "a schedule from a file")
  },
  FuzzTarget("claims", seeds: { [Data("a < b # why\n\n# none\nuniversal-sf<prodigy".utf8)] }) { data in
    claimsFile.fill(data)
    for claim in try SuiteClaim.contents(of: claimsFile.path) {
      demand(!claim.method.isEmpty && !claim.rival.isEmpty, "a claim about nothing")
    }
  },
  FuzzTarget("problems", seeds: { problemSeeds.map { Data($0.utf8) } }) { data in
    problemsFile.fill(data)
    let file = try ProblemsFile(contentsOf: problemsFile.path)
    for listed in file.problems ?? [] {
      _ = try listed.teacher.map { try ScheduleSpecification(parsing: $0) }
    }
    guard let drawn = file.drawn else { return }
    let range = try ProblemsFile.range(drawn)
    try range.validate()
    for seed in 0..<2 as Range<UInt64> { try DrawnProblem.sampled(seed: seed, from: range).validate() }
  },
  FuzzTarget("population", longestInput: 8192, seeds: { [try populationSeed()] }) { data in
    populationFile.fill(data)
    guard var training = try populationStore.load(populationConfiguration), !training.isFinished else {
      return
    }
    try training.advance(
      on: TraineePool(workers: 1) { ToyTrainee() })
    demand(training.history.steps >= 0, "a population took \(training.history.steps) steps")
    if let best = training.history.best { _ = try training.history.schedule(of: best) }
  },
]

private let journalFile = ScratchFile("journal")
private let claimsFile = ScratchFile("claims")
private let problemsFile = ScratchFile("problems")
private let populationFile = ScratchFile("population")
private let journalSettings = ["steps": 8]
private let populationConfiguration = PopulationTraining.Configuration(
  members: 2, stepBudget: 8, readyInterval: 4, share: 0.5)
private let populationStore = PopulationStore(
  path: populationFile.path, trainee: ToyTrainee.problem.description)

private let replaySeed = """
  step,learning_rate,loss
  0,0.01,1
  "5", 1e-3 ,2
  """

private let problemSeeds = [
  """
  {"drawn":{"budgets":[50,60],"widths":[8],"optimizer":"adam","operations":1e6,"regularization":0.5,"averaging":1}}
  """,
  """
  {"problems":[{"dataset":"fashion","model":"cnn","width":1,"blocks":2,"steps":300,"batchSize":128,"interval":5,\
  "trainImages":9,"validationImages":9,"testImages":9,"optimizer":"sgd","teacher":"cosine:0.01"}]}
  """,
]

/// What a comparison makes of a run.
private func use(_ run: TrainingRun) {
  _ = run.best
  _ = run.final
  let losses = [run.best.validationLoss, run.final.validationLoss, run.test.loss]
  _ = SearchResult(.constant, runs: [run, run])
  guard let sample = Sample(losses) else { return }
  demandFinite([sample.mean, sample.variance, sample.quantile(0.5)], "statistics of a run")
  if let interval = sample.confidenceInterval() {
    demandFinite([interval.lowerBound, interval.upperBound], "an interval")
  }
}

private func toyRun() throws -> TrainingRun {
  var source = ConstantRate(0.1)
  return try TrainingRun(
    of: ToyTrainee(), ratesFrom: &source, seed: 1, initialLearningRate: 0.1, plan: ToyTrainee.problem.plan)
}

private func journalSeed() throws -> Data {
  journalFile.fill(Data())
  do {
    let journal = try Journal(path: journalFile.path, settings: journalSettings)
    for key in ["a", "b"] { try journal.append(try toyRun(), for: key) }
  }
  // One line keeps its checksum, the other is as journals had them before.
  let lines = try readFile(journalFile.path).split(separator: UInt8(ascii: "\n"))
  let old = Data("{".utf8) + lines[2].dropFirst("{\"checksum\":\"0123456789abcdef\",".utf8.count)
  return [lines[0], lines[1], old].reduce(Data()) { $0 + $1 + Data("\n".utf8) }
}

private func populationSeed() throws -> Data {
  var training = try PopulationTraining(populationConfiguration)
  try training.advance(on: TraineePool(workers: 1) { ToyTrainee() })
  try populationStore.save(training)
  return try readFile(populationFile.path)
}
