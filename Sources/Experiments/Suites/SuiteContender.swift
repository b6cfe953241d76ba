import MetaLR
import NeuralNet
import Schedules

/// What a user might do on a problem that nobody has tuned: an optimizer, and a source of its rates.
public struct SuiteContender: Sendable {
  /// What tables call it.
  public let name: String
  /// The optimizer that it brings; nil for the problem's own.
  public let optimizer: String?
  /// Where its runs begin, in multiples of the optimizer's usual rate; a method with rates of its own ignores them.
  public let initialRates: [Double]
  /// Whether it reads gradients, updates and predictions.
  public let readsDynamics: Bool
  let makeSource: @Sendable (_ problem: Problem, _ initialRate: Double) throws -> any RateSource
  /// What a search on each problem chooses from, by validation loss; empty for no search.
  let candidates: [SuiteContender]
  /// Whether it takes its rate from a range test, whose steps are charged to the run.
  private(set) var testsRange = false
  /// Whether a guardian may change what its controller decides.
  public private(set) var isGuarded = false
  /// What tells it from another of the same name, such as a checksum of a controller.
  let version: String

  /// Creates a contender; the properties document each part.
  public init(
    name: String, optimizer: String? = nil, initialRates: [Double] = [1], readsDynamics: Bool = false,
    version: String = "",
    makeSource: @escaping @Sendable (Problem, Double) throws -> any RateSource
  ) {
    self.name = name
    self.optimizer = optimizer
    self.initialRates = initialRates
    self.readsDynamics = readsDynamics
    self.makeSource = makeSource
    self.version = version
    candidates = []
  }

  /// The best of several contenders, searched for on each problem.
  ///
  /// - Precondition: There is one, and each has a rate of its own.
  public init(name: String, bestOf candidates: [SuiteContender]) {
    precondition(!candidates.isEmpty, "a search for '\(name)' needs candidates")
    self.name = name
    optimizer = nil
    initialRates = [1]
    readsDynamics = false
    makeSource = candidates[0].makeSource
    self.candidates = candidates
    version = ""
  }

  /// A range test and one-cycle, both within the problem's budget, on the problem's own optimizer.
  static let rangeTest: SuiteContender = {
    var contender = SuiteContender(name: RangeTestedRun.contenderName) { problem, _ in
      ScheduleSource(
        try ScheduleShape.oneCycle.schedule(peak: problem.usualLearningRate, problem.plan.stepBudget))
    }
    contender.testsRange = true
    return contender
  }()

  /// A controller, from given multiples of the usual rate, with a guardian or without.
  public static func controller(
    _ controller: Controller, name: String, optimizer: String? = nil, guardian: Guardian? = nil,
    initialRates: [Double]
  ) -> SuiteContender {
    let rules = guardian == nil ? "" : " \(Guardian.rulesVersion)"
    var contender = SuiteContender(
      name: name, optimizer: optimizer, initialRates: initialRates, readsDynamics: true,
      version: ((try? controller.checksum()) ?? "") + rules
    ) { _, _ in
      guard let guardian else { return controller.session() }
      return GuardedSession(
        GuardedController(controller: controller, guardian: guardian, fallback: nil))
    }
    contender.isGuarded = guardian != nil
    return contender
  }

  /// A schedule whose peak is a multiple of the usual rate: `shape` is as in `cosine:RATE`, without the rate.
  public static func schedule(_ shape: ScheduleShape, _ multiple: Double, name: String? = nil)
    -> SuiteContender
  {
    SuiteContender(name: name ?? "\(shape.rawValue) \(multiple) x usual") { problem, _ in
      ScheduleSource(try shape.schedule(peak: multiple * problem.usualLearningRate, problem.plan.stepBudget))
    }
  }

  /// Whether its optimizer has an average of the weights of its own.
  var averagesItself: Bool {
    optimizer.flatMap { try? Optimizer.Configuration(parsing: $0) }?.hasEvaluationWeights ?? false
  }

  /// An optimizer at one rate of its own, the same on every problem, after a warm-up of 5%.
  public static func optimizer(_ optimizer: String, rate: Double, name: String? = nil) -> SuiteContender {
    SuiteContender(name: name ?? "\(optimizer) \(rate)", optimizer: optimizer) { problem, _ in
      let steps = problem.plan.stepBudget
      let source = try ScheduleSpecification(parsing: "constant:\(rate),warmup=\(max(1, steps / 20))")
      return ScheduleSource(try source.schedule(totalSteps: steps))
    }
  }
}

/// A schedule without its rate.
public enum ScheduleShape: String, CaseIterable, Sendable {
  /// One rate.
  case constant
  /// Half a cosine to 0.
  case cosine
  /// A straight line to 0.
  case linear
  /// A cosine up over 30% and one down to nothing.
  case oneCycle = "one-cycle"
  /// A tenth at half the run, a hundredth at three quarters.
  case steps
  /// Up over 10%, then a straight line to 0.
  case warmUpLinear = "warm-up linear"

  func schedule(peak: Double, _ steps: Int) throws -> any Schedule {
    let text =
      switch self {
      case .constant, .cosine, .linear, .oneCycle: "\(rawValue):\(peak)"
      case .steps:
        "piecewise:\(peak),\(peak / 10)@\(max(1, steps / 2)),\(peak / 100)@\(max(2, steps * 3 / 4))"
      case .warmUpLinear: "linear:\(peak),warmup=\(max(1, steps / 10))"
      }
    return try ScheduleSpecification(parsing: text).schedule(totalSteps: steps)
  }
}
