/// The kinds of schedule that a ``ScheduleSpecification`` can name.
public enum ScheduleKind: String, Sendable, CaseIterable {
  /// ``ConstantSchedule``.
  case constant
  /// ``StepDecaySchedule``.
  case step
  /// ``PiecewiseSchedule``.
  case piecewise
  /// ``ExponentialSchedule``.
  case exponential
  /// ``PolynomialSchedule/linear(initialLearningRate:finalLearningRate:totalSteps:)``.
  case linear
  /// ``PolynomialSchedule``.
  case polynomial
  /// ``InverseSquareRootSchedule``.
  case inverseSquareRoot = "inverse-sqrt"
  /// ``CosineSchedule``.
  case cosine
  /// ``REXSchedule``.
  case rex
  /// ``HoldDecaySchedule`` with a cosine.
  case holdCosine = "hold-cosine"
  /// ``HoldDecaySchedule/warmUpStableDecay(peakLearningRate:warmUpShare:decayShare:totalSteps:)``.
  case warmUpStableDecay = "wsd"
  /// ``OneCycleSchedule``.
  case oneCycle = "one-cycle"
  /// ``ExponentialRiseSchedule``.
  case exponentialRise = "exp-rise"
  /// ``CyclicalSchedule`` with cycles of one height.
  case triangular
  /// ``CyclicalSchedule`` with cycles of half the height each time.
  case triangular2
  /// ``CyclicalSchedule`` with a height that falls at every step.
  case exponentialRange = "exp-range"
  /// ``CosineRestartsSchedule``.
  case cosineRestarts = "sgdr"
  /// ``ImageSchedule``.
  case image
  /// ``ReplaySchedule``.
  case replay

  /// One number that a kind takes.
  struct Parameter {
    let name: String
    var defaultValue: Double?
    var isWhole = false

    init(_ name: String, _ defaultValue: Double? = nil, isWhole: Bool = false) {
      self.name = name
      self.defaultValue = defaultValue
      self.isWhole = isWhole
    }
  }

  /// The numbers in the order of their values; a picture's come after its path.
  var parameters: [Parameter] {
    switch self {
    case .constant, .rex: [.init("rate")]
    case .step: [.init("rate"), .init("every", isWhole: true), .init("factor")]
    case .exponential: [.init("rate"), .init("end")]
    case .linear, .cosine: [.init("rate"), .init("end", 0)]
    case .polynomial: [.init("rate"), .init("power"), .init("end", 0)]
    case .inverseSquareRoot: [.init("rate"), .init("hold", 1, isWhole: true)]
    case .holdCosine: [.init("rate"), .init("hold"), .init("end", 0)]
    case .warmUpStableDecay: [.init("peak"), .init("warmup", 0.05), .init("decay", 0.2)]
    case .oneCycle: [.init("max"), .init("rise", 0.3), .init("divisor", 25), .init("end-divisor", 1e4)]
    case .exponentialRise: [.init("max"), .init("rise", 0.7), .init("end", 1), .init("divisor", 25)]
    case .triangular, .triangular2: [.init("min"), .init("max"), .init("half", isWhole: true)]
    case .exponentialRange: [.init("min"), .init("max"), .init("half", isWhole: true), .init("gamma")]
    case .cosineRestarts:
      [
        .init("max"), .init("period", isWhole: true), .init("multiplier", 2, isWhole: true),
        .init("decay", 1), .init("min", 0),
      ]
    case .image: [.init("base", 1e-5), .init("max", 1e-2)]
    case .piecewise, .replay: []
    }
  }

  /// Whether a warm-up can be put in front.
  var takesWarmUp: Bool { self != .replay && self != .warmUpStableDecay }

  /// How the kind is written, defaults in brackets: `cosine:RATE[,END=0]`.
  public var usage: String {
    switch self {
    case .piecewise: return "piecewise:RATE,RATE@STEP,..."
    case .replay: return "replay:FILE"
    default: break
    }
    let texts = parameters.enumerated().map { index, parameter in
      let name = (index == 0 && self != .image ? "" : ",") + parameter.name.uppercased()
      guard let value = parameter.defaultValue else { return name }
      return "[\(name)=\(value == value.rounded() ? "\(Int(value))" : "\(value)")]"
    }
    return rawValue + ":" + (self == .image ? "FILE" : "") + texts.joined()
  }

  func usageError(_ problem: String) -> ScheduleError {
    let warmUp = takesWarmUp ? ", and ,warmup=STEPS or ,warmup=PERCENT% if you like" : ""
    return ScheduleError("\(problem) Write \(usage)\(warmUp).")
  }

  func number(_ text: String, _ name: String) throws(ScheduleError) -> Double {
    guard let value = Double(text), value.isFinite else {
      throw usageError("The \(name) '\(text)' is not a number.")
    }
    return value
  }

  func wholeNumber(_ text: String, _ name: String) throws(ScheduleError) -> Int {
    // Doubles hold all whole numbers up to here.
    guard let value = Int(text), value.magnitude < 1 << 53 else {
      throw usageError("The \(name) '\(text)' is not a whole number.")
    }
    return value
  }
}
