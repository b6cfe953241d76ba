import BuiltInTrainees
import Files
import Foundation
import MetaLR
import Schedules

/// One way to choose learning rates, to be compared with others.
public struct Method: Sendable {
  /// What tables and pictures call it.
  public let name: String
  /// The rate that its runs begin with, where it has one of its own, from the length of the run in steps; nil where
  /// it begins at whatever rate it is given.
  public let ownInitialRate: (@Sendable (_ stepBudget: Int) throws -> Double)?
  /// What tells it from another method of the same name, such as a checksum of the file it comes from.
  public let version: @Sendable () throws -> String
  /// Readies a trainee before each run.
  public let prepare: @Sendable (any Trainee) throws -> Void
  /// Makes the source of one run's rates, from the run's initial rate and its length in steps.
  public let makeSource: @Sendable (_ initialLearningRate: Double, _ stepBudget: Int) throws -> any RateSource

  /// A method that makes its source for each run.
  public init(
    name: String, ownInitialRate: (@Sendable (Int) throws -> Double)? = nil,
    version: @escaping @Sendable () throws -> String = { "" },
    prepare: @escaping @Sendable (any Trainee) throws -> Void = {
      if let classifier = $0 as? ImageClassifier { classifier.use(classifier.ownOptimizer) }
    },
    makeSource: @escaping @Sendable (Double, Int) throws -> any RateSource
  ) {
    self.name = name
    self.version = version
    self.ownInitialRate = ownInitialRate
    self.prepare = prepare
    self.makeSource = makeSource
  }

  /// A controller, without exploration.
  public static func controller(_ controller: Controller, name: String = "controller") -> Method {
    Method(name: name, version: { try controller.checksum() }) { _, _ in controller.session() }
  }

  /// A controller under a guardian.
  public static func guarded(_ controller: GuardedController, name: String = "controller") -> Method {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let version = { @Sendable in
      try Experiments.checksum(
        of: Data(controller.controller.checksum().utf8)
          + encoder.encode(controller.guardian.configuration)
          + Data("\(controller.fallback?.name ?? "") \(Guardian.rulesVersion)".utf8))
    }
    return Method(name: name, version: version) { _, _ in GuardedSession(controller) }
  }

  /// The initial rate for the whole run.
  public static let constant = Method(name: "constant") { rate, _ in ConstantRate(rate) }

  /// Half a cosine from the initial rate to zero at the end of the run.
  public static let cosine = Method(name: "cosine") { rate, steps in
    ScheduleSource(try CosineSchedule(initialLearningRate: rate, totalSteps: steps))
  }

  /// A schedule with rates of its own, whatever the run's initial rate.
  public static func schedule(_ specification: ScheduleSpecification) -> Method {
    Method(
      name: specification.description,
      ownInitialRate: { try specification.schedule(totalSteps: $0).learningRate(at: 0) },
      version: { try specification.file.map { try checksum(of: readFile($0)) } ?? "" }
    ) { _, steps in
      ScheduleSource(try specification.schedule(totalSteps: steps))
    }
  }
}

extension Controller {
  /// A checksum of everything that decides its answers.
  func checksum() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return try Experiments.checksum(
      of: encoder.encode(action) + encoder.encode(normalizer) + encoder.encode(policy)
        + encoder.encode(features))
  }
}

func checksum(of data: Data) -> String {
  var checksum = Checksum()
  checksum.add(data)
  return checksum.text
}
