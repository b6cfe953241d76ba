import BuiltInTrainees
import Experiments
import MetaLR
import Schedules

/// A distribution of problems that a user describes in JSON: sampled ones, or a list.
///
/// ```json
/// { "drawn": { "budgets": [50, 500], "widths": [16, 32], "optimizer": "adam" } }
/// { "problems": [ { "dataset": "fashion", "model": "cnn", "steps": 300, "batchSize": 128, "teacher": "cosine:0.01" } ] }
/// ```
struct ProblemsFile: Decodable {
  /// What to sample from; what is left out is as in the built-in distribution.
  struct Drawn: Decodable {
    var budgets: [Int]?
    var widths: [Int]?
    var batchSizes: [Int]?
    var optimizer: String?
    var operations: Double?
    var reach: Double?
    var convolutions: Double?
    var regularization: Double?
    var averaging: Double?

    enum CodingKeys: CodingKey, CaseIterable {
      case budgets, widths, batchSizes, optimizer, operations, reach, convolutions, regularization, averaging
    }
  }

  /// One problem; what is left out is as on the command line.
  struct Listed: Decodable {
    var dataset: String
    var model: String?
    var width: Int?
    var blocks: Int?
    var optimizer: String?
    var batchSize: Int?
    var steps: Int?
    var interval: Int?
    var trainImages: Int?
    var validationImages: Int?
    var testImages: Int?
    var teacher: String?

    enum CodingKeys: CodingKey, CaseIterable {
      case dataset, model, width, blocks, optimizer, batchSize, steps, interval, trainImages, validationImages
      case testImages, teacher
    }
  }

  var drawn: Drawn?
  var problems: [Listed]?

  enum CodingKeys: CodingKey, CaseIterable {
    case drawn, problems
  }

  /// The range to sample from.
  static func range(_ drawn: Drawn) throws -> DrawnRange {
    var range = DrawnRange()
    if let budgets = drawn.budgets {
      guard budgets.count == 2, budgets[0] <= budgets[1] else {
        throw ConfigurationError(
          name: "range of budgets", value: "\(budgets)", expected: "the lowest and the highest: [50, 500]")
      }
      range.budgets = budgets[0]...budgets[1]
    }
    range.widths = drawn.widths ?? range.widths
    range.optimizer = try drawn.optimizer.map { try Optimizer.Configuration(parsing: $0) }
    range.batchSizes = drawn.batchSizes ?? range.batchSizes
    range.operations = drawn.operations ?? range.operations
    range.reach = drawn.reach ?? range.reach
    range.convolutions = drawn.convolutions ?? range.convolutions
    range.regularization = drawn.regularization ?? range.regularization
    range.averaging = drawn.averaging ?? range.averaging
    return range
  }

  /// A problem of the list, on top of the options of the command line.
  static func problem(
    _ listed: Listed, _ trainee: TraineeOptions, _ presets: PresetOptions
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
    var plan = try presets.plan(for: preset)
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
