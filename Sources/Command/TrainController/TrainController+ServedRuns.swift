import ArgumentParser
import BuiltInTrainees
import MetaLR
import Training

extension TrainController {
  /// A training that goes on with a controller on problems like runs of a service.
  func continued(on database: String, _ job: Job?) throws -> TrainingJob {
    let files = ControllerFiles(checkpoint: output)
    let name = from ?? ServedRunOptions.usualController
    let trained = try Checkpoint(contentsOf: ShippedCheckpoints.path(of: name))
    guard trained.controller.features.looksBack else {
      throw ConfigurationError(
        name: "controller to go on with", value: "'\(name)', which is for one kind of training",
        expected: "one for any training, such as \(ServedRunOptions.usualController)")
    }
    func find() throws -> [ServedRun] { try served.runs(database, resumed: resume ? files : nil) }
    var training = try TrainingJob.continuing(
      trained, like: try job?.onFirst(find) ?? find(),
      optimizer: try trainee.network.optimizer.map { try Optimizer.Configuration(parsing: $0) },
      configuration: try learning.continuation(
        of: trained.controller, episodes: ServedRunOptions.episodes, seed: seed.seed),
      files: files, testProblems: seeds ?? ServedRunOptions.testProblems)
    training.promotesAnyway = served.force
    return training
  }
}
