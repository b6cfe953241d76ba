internal import Kernels

/// An optimization method: its constants, the state it needs, and its step.
///
/// A rule is a struct whose stored properties are its constants. To add one, write a file in `Rules` and name
/// the rule in `OptimizerRegistry`; parsing, JSON, state and snapshots follow from what is declared here.
///
/// In comments, g is the gradient, a the learning rate, w the weights, and steps count from 1.
protocol OptimizerRule: Sendable {
  /// What the method is called on the command line and in JSON: lower case, with hyphens.
  static var name: String { get }
  /// The constants, in the order in which help texts list them.
  static var constants: [OptimizerConstant<Self>] { get }
  /// Buffers of one float a parameter that it keeps between steps.
  static var vectorCount: Int { get }
  /// Names of the numbers that it keeps between steps; each is 0 unless `begin` sets it.
  static var scalarNames: [String] { get }
  /// Names of the numbers that it keeps for each tensor; they follow the scalars, tensor by tensor.
  static var tensorScalarNames: [String] { get }
  /// Which vector holds the weights to evaluate; nil where those are the trained weights.
  static var evaluationVector: Int? { get }
  /// Which scalar is the rate of the last step, for rules that move the rate by themselves; nil for others.
  static var rateScalar: Int? { get }

  /// The method that this one drives; nil, the default, for a method that stands alone.
  var base: Optimizer.Configuration? { get set }

  /// A rate that usually does.
  var usualLearningRate: Double { get }
  /// Whether it divides by a running root mean square of the gradient, as Adam does.
  var isAdaptive: Bool { get }
  /// Decay of its momentum, 0 without.
  var momentum: Double { get }

  /// The rule with its default constants.
  init()

  /// Prepares the state for a run; all of it is 0 before.
  ///
  /// - Parameters:
  ///   - memory: The state.
  ///   - weights: The initial weights.
  func begin(_ memory: OptimizerMemory, weights: UnsafePointer<Float>)

  /// Takes one step.
  func step(_ step: OptimizerStep)
}

extension OptimizerRule {
  static var constants: [OptimizerConstant<Self>] { [] }
  static var vectorCount: Int { 0 }
  static var scalarNames: [String] { [] }
  static var tensorScalarNames: [String] { [] }
  static var evaluationVector: Int? { nil }
  static var rateScalar: Int? { nil }

  var base: Optimizer.Configuration? {
    get { nil }
    set {}
  }
  var isAdaptive: Bool { base?.isAdaptive ?? false }
  var momentum: Double { base?.momentum ?? 0 }

  func begin(_ memory: OptimizerMemory, weights: UnsafePointer<Float>) {}
}
