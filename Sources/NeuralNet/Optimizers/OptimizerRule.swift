internal import Kernels

/// An optimization method: its constants, the state it needs, and its step.
///
/// A rule is a struct whose stored properties are its constants. To add one, write a file in `Rules` and name the rule
/// in `OptimizerRegistry`; parsing, JSON, state and snapshots follow from what is declared here.
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
  /// Which vector holds the weights to evaluate; nil where those are the trained weights.
  static var evaluationVector: Int? { get }

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
  static var evaluationVector: Int? { nil }

  var isAdaptive: Bool { false }
  var momentum: Double { 0 }

  func begin(_ memory: OptimizerMemory, weights: UnsafePointer<Float>) {}
}

/// The state that an optimizer keeps between steps.
struct OptimizerMemory {
  /// Parameters.
  let count: Int
  /// The rule's vectors, each of `count` floats.
  let vectors: [UnsafeMutablePointer<Float>]
  /// The rule's scalars, in the order of `scalarNames`.
  let scalars: UnsafeMutablePointer<Double>
  /// The functions of the instruction set.
  let kernels: UnsafePointer<KernelTable>
}

/// What a rule is given to take one step.
struct OptimizerStep {
  /// The state, to read and to change.
  let memory: OptimizerMemory
  /// The number of the step, from 1.
  let number: Int64
  /// The learning rate.
  let rate: Double
  /// The gradient at `weights`.
  let gradient: UnsafePointer<Float>
  /// The trained weights, to be changed.
  let weights: UnsafeMutablePointer<Float>

  /// Parameters.
  var count: Int { memory.count }
  /// The functions of the instruction set.
  var kernels: UnsafePointer<KernelTable> { memory.kernels }
  /// The rule's vectors.
  var vectors: [UnsafeMutablePointer<Float>] { memory.vectors }
}
