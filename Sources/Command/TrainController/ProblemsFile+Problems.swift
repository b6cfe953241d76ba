import BuiltInTrainees
import Experiments
import MetaLR
import Schedules
import Training

extension ProblemsFile {
  /// A problem of the list, on top of the options of the command line; `controller` goes on learning on it.
  static func problem(
    _ listed: Listed, _ trainee: TraineeOptions, _ presets: PresetOptions, driving controller: Controller?
  ) throws -> Problem {
    var options = trainee
    options.data.dataset = listed.dataset
    if let model = listed.model {
      guard let kind = ModelKind(rawValue: model) else {
        let kinds = ModelKind.allCases.map(\.rawValue).joined(separator: ", ")
        throw ConfigurationError(name: "model", value: "'\(model)'", expected: "one of \(kinds)")
      }
      options.network.model = kind
    }
    options.network.width = listed.width ?? options.network.width
    options.network.blocks = listed.blocks ?? options.network.blocks
    options.network.optimizer = listed.optimizer ?? options.network.optimizer
    options.network.batchSize = listed.batchSize ?? options.network.batchSize
    options.data.images.trainImages = listed.trainImages ?? options.data.images.trainImages
    options.data.images.validationImages = listed.validationImages ?? options.data.images.validationImages
    options.data.images.testImages = listed.testImages ?? options.data.images.testImages
    try options.data.images.validate()
    try options.data.validate()
    try options.network.validate()
    try options.network.validateSize(of: [options.network.modelKind])
    let preset = presets.resolved(for: listed.dataset)
    var plan = try presets.plan(for: preset, driving: listed.interval == nil ? controller : nil)
    plan.stepBudget = listed.steps ?? plan.stepBudget
    plan.interval = min(listed.interval ?? plan.interval, plan.stepBudget)
    try plan.validate()
    var problem = try TraineeTask(options, preset: preset, plan: plan).problem
    try problem.setTeacher(listed.teacher)
    return problem
  }
}

extension Problem {
  /// Sets the schedule to imitate, once it is known to be possible within the budget.
  mutating func setTeacher(_ text: String?) throws {
    teacher = try text.map { try ScheduleSpecification(parsing: $0) }
    _ = try teacher?.schedule(totalSteps: plan.stepBudget)
  }
}
