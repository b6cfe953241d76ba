import Foundation

extension ScheduleKind {
  /// The schedule of this kind with the values that a user gave.
  func schedule(
    _ arguments: ScheduleSpecification.Arguments, totalSteps: Int
  ) throws(ScheduleError) -> any Schedule {
    switch arguments {
    case .file(let path):
      return try Self.reading(path) { () throws(ScheduleError) in
        try ReplaySchedule(csv: Self.text(of: path))
      }
    case .pieces(let boundaries, let rates):
      return try PiecewiseSchedule(boundaries: boundaries, learningRates: rates)
    case .picture(let path, let values):
      let image = try Self.reading(path) { () throws(ScheduleError) in try GreyImage(contentsOf: path) }
      return try ImageSchedule(
        image: image, baseLearningRate: values["base"] ?? 0,
        maximumLearningRate: values["max"] ?? 0, totalSteps: totalSteps)
    case .values(let values): return try schedule(values, totalSteps)
    }
  }

  /// Does `work`, whose errors are all about one file.
  private static func reading<Result>(
    _ path: String, _ work: () throws(ScheduleError) -> Result
  ) throws(ScheduleError) -> Result {
    do throws(ScheduleError) {
      return try work()
    } catch {
      throw ScheduleError(error.description, file: path)
    }
  }

  private func schedule(_ values: [String: Double], _ totalSteps: Int) throws(ScheduleError) -> any Schedule {
    func value(_ name: String) -> Double { values[name] ?? 0 }
    func whole(_ name: String) -> Int { Int(value(name)) }
    switch self {
    case .step:
      return try StepDecaySchedule(
        initialLearningRate: value("rate"), discountStep: whole("every"), discountFactor: value("factor"))
    case .exponential:
      return try ExponentialSchedule(
        initialLearningRate: value("rate"), finalLearningRate: value("end"), totalSteps: totalSteps)
    case .linear:
      return try PolynomialSchedule.linear(
        initialLearningRate: value("rate"), finalLearningRate: value("end"), totalSteps: totalSteps)
    case .polynomial:
      return try PolynomialSchedule(
        initialLearningRate: value("rate"), finalLearningRate: value("end"), power: value("power"),
        totalSteps: totalSteps)
    case .inverseSquareRoot:
      return try InverseSquareRootSchedule(initialLearningRate: value("rate"), holdSteps: whole("hold"))
    case .cosine:
      return try CosineSchedule(
        initialLearningRate: value("rate"), finalLearningRate: value("end"), totalSteps: totalSteps)
    case .rex:
      return try REXSchedule(initialLearningRate: value("rate"), totalSteps: totalSteps)
    case .holdCosine:
      return try HoldDecaySchedule(
        initialLearningRate: value("rate"), finalLearningRate: value("end"), holdShare: value("hold"),
        shape: .cosine, totalSteps: totalSteps)
    case .warmUpStableDecay:
      return try HoldDecaySchedule.warmUpStableDecay(
        peakLearningRate: value("peak"), warmUpShare: value("warmup"), decayShare: value("decay"),
        totalSteps: totalSteps)
    case .oneCycle:
      return try OneCycleSchedule(
        maximumLearningRate: value("max"), totalSteps: totalSteps, riseShare: value("rise"),
        initialDivisor: value("divisor"), finalDivisor: value("end-divisor"))
    case .exponentialRise:
      return try ExponentialRiseSchedule(
        maximumLearningRate: value("max"), totalSteps: totalSteps, riseShare: value("rise"),
        endShare: value("end"), initialDivisor: value("divisor"))
    case .triangular, .triangular2, .exponentialRange:
      return try CyclicalSchedule(
        minimumLearningRate: value("min"), maximumLearningRate: value("max"), halfCycleSteps: whole("half"),
        shape: self == .triangular
          ? .triangular : self == .triangular2 ? .triangular2 : .exponentialRange(gamma: value("gamma")))
    case .cosineRestarts:
      return try CosineRestartsSchedule(
        maximumLearningRate: value("max"), minimumLearningRate: value("min"), firstPeriod: whole("period"),
        periodMultiplier: whole("multiplier"), maximumDecay: value("decay"))
    case .constant, .piecewise, .image, .replay:  // The last three have arguments of their own.
      return try ConstantSchedule(learningRate: value("rate"))
    }
  }

  private static func text(of path: String) throws(ScheduleError) -> String {
    do {
      return try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      throw ScheduleError("The file '\(path)' does not exist or is not readable text. Check the path.")
    }
  }
}
