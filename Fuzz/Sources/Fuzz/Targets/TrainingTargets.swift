import Foundation
import Schedules

@testable import MetaLR

/// States of unfinished trainings, each followed by one update.
let trainingTargets = [
  FuzzTarget("training-state", longestInput: 65_536, seeds: trainingSeeds) { data in
    let saved = try JSONDecoder().decode(SavedTraining.self, from: data)
    guard saved.state.isConsistent else { return }
    var training = ControllerTraining(resuming: saved.state)
    guard !training.isFinished, training.configuration.isSmall else { return }
    var problem = ToyTrainee.problem
    if training.configuration.imitates { try problem.teach("cosine:0.01") }
    try training.advance(problems: ProblemList([problem]), on: TraineePool(workers: 1))
    let parameters = training.controller.policy.actorParameters
    demand(parameters.allSatisfy(\.isFinite), "an update gave \(parameters)")
    demand(training.state.isConsistent, "an update gave a state that cannot be read")
    demandFinite(try training.controller.rates(from: 1e-3), "a trained controller")
  }
]

extension Problem {
  fileprivate mutating func teach(_ text: String) throws {
    teacher = try ScheduleSpecification(parsing: text)
  }
}

extension ControllerTraining.Configuration {
  /// Whether an update takes a moment; a large one is no mistake, but finds nothing either.
  fileprivate var isSmall: Bool {
    let most = min(max(episodesPerUpdate, normalizerEpisodes), episodes)
    let sizes = [most, ppo.epochs, ppo.minibatches, actor.hidden, critic.hidden, action.looks]
    return sizes.allSatisfy { $0 <= 16 }
  }
}

@Sendable private func trainingSeeds() throws -> [Data] {
  let trainings = [
    try ToyTrainee.training(actor: .mlp(hidden: 2), features: .paper),
    try ToyTrainee.training(actor: .lstm(hidden: 2), features: .paper),
    try ToyTrainee.training(actor: .gru(embedding: 2, hidden: 2)) {
      ($0.groupSize, $0.policyAverage, $0.normalizerEpisodes, $0.absence) = (2, 0.5, 2, 0.5)
      ($0.ppo.discount, $0.annealing, $0.action.looks) = (1, .linear, 1)
    },
  ]
  let encoder = JSONEncoder()
  encoder.outputFormatting = .sortedKeys
  return try trainings.map { training in
    try encoder.encode(
      SavedTraining(
        problems: ProblemList([ToyTrainee.problem]).description, teachers: [], earlier: [],
        state: training.state))
  }
}
