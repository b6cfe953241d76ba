internal import Kernels

/// Turns gradients into steps, and keeps the state that this needs.
///
/// Call ``begin(_:)`` with the initial weights, then ``step(parameters:gradient:learningRate:)`` for each gradient. A
/// method may want other weights evaluated than those it trains: see ``evaluationWeights``.
public final class Optimizer {
  /// Which method, with its constants.
  public let configuration: Configuration
  /// Parameters that one step moves.
  public let count: Int

  private var steps: Int64 = 0
  private var hasBegun = false
  private let vectors: [AlignedBuffer<Float>]
  private let scalars: AlignedBuffer<Double>
  private let memoryOfRule: OptimizerMemory
  /// Copies of arrays, which are not aligned as the kernels ask; made when the first array comes.
  private lazy var staging = (AlignedBuffer<Float>(count: count), AlignedBuffer<Float>(count: count))

  /// An optimizer in its initial state.
  ///
  /// - Parameters:
  ///   - configuration: Which method, with its constants.
  ///   - count: Parameters that it will move.
  ///   - instructionSet: Which kernels take the step; the fastest of this processor by default.
  /// - Precondition: The configuration is valid and the instruction set is available.
  public init(_ configuration: Configuration, count: Int, instructionSet: InstructionSet = .best) {
    self.configuration = configuration
    self.count = count
    let rule = type(of: configuration.rule)
    vectors = (0..<rule.vectorCount).map { _ in AlignedBuffer(count: count) }
    scalars = AlignedBuffer(count: rule.scalarNames.count)
    memoryOfRule = OptimizerMemory(
      count: count, vectors: vectors.map(\.pointer), scalars: scalars.pointer, kernels: instructionSet.table)
  }

  /// Forgets everything and starts a run from these weights.
  ///
  /// Without this call the first step starts the run, from the weights that it is given.
  ///
  /// - Parameter parameters: The initial weights.
  /// - Precondition: The buffer has ``count`` floats.
  public func begin(_ parameters: AlignedBuffer<Float>) {
    precondition(
      parameters.count == count, "an optimizer of \(count) parameters began with \(parameters.count)")
    reset()
    configuration.rule.begin(memoryOfRule, weights: parameters.pointer)
    hasBegun = true
  }

  /// Moves `parameters` against `gradient`.
  ///
  /// - Parameters:
  ///   - parameters: All parameters in one flat buffer; changed in place.
  ///   - gradient: The gradient of the loss by each of them.
  ///   - learningRate: The rate of this step.
  /// - Precondition: Both buffers have ``count`` floats.
  public func step(
    parameters: AlignedBuffer<Float>, gradient: AlignedBuffer<Float>, learningRate: Double
  ) {
    precondition(
      parameters.count == count && gradient.count == count,
      "an optimizer of \(count) parameters got \(parameters.count) parameters, \(gradient.count) gradients")
    if !hasBegun { begin(parameters) }
    steps += 1
    configuration.rule.step(
      OptimizerStep(
        memory: memoryOfRule, number: steps, rate: learningRate, gradient: gradient.pointer,
        weights: parameters.pointer))
  }

  /// Moves parameters that are held in an array.
  ///
  /// - Parameters:
  ///   - parameters: All parameters; changed in place.
  ///   - gradient: The gradient of the loss by each of them.
  ///   - learningRate: The rate of this step.
  /// - Precondition: Both arrays have ``count`` floats.
  public func step(parameters: inout [Float], gradient: [Float], learningRate: Double) {
    staging.0.assign(parameters)
    staging.1.assign(gradient)
    step(parameters: staging.0, gradient: staging.1, learningRate: learningRate)
    parameters.withUnsafeMutableBufferPointer { _ = $0.update(fromContentsOf: staging.0.elements) }
  }

  /// The weights by which the run is to be judged, one float a parameter; nil where those are the trained weights.
  ///
  /// They change with every step: read them before the next.
  public var evaluationWeights: AlignedBuffer<Float>? {
    guard hasBegun, let place = type(of: configuration.rule).evaluationVector else { return nil }
    return vectors[place]
  }

  /// Forgets everything: the state of a new optimizer.
  public func reset() {
    steps = 0
    hasBegun = false
    for vector in vectors { vector.elements.update(repeating: 0) }
    scalars.elements.update(repeating: 0)
  }

  /// Bytes of its state.
  public var memory: Int { 4 * count * vectors.count + 8 * scalars.count }

  /// What the optimizer remembers, to save it and to go on from it with the same bits.
  public var state: State {
    let names = type(of: configuration.rule).scalarNames
    return State(
      step: steps, slots: vectors.map { Array($0.elements) },
      scalars: Dictionary(uniqueKeysWithValues: zip(names, scalars.elements)))
  }

  /// Goes back to a saved state.
  ///
  /// - Throws: ``OptimizerError`` when the state is of another method or of another number of parameters;
  ///   nothing is changed then.
  public func restore(_ state: State) throws(OptimizerError) {
    let names = type(of: configuration.rule).scalarNames
    guard state.step >= 0, state.slots.map(\.count) == vectors.map(\.count) else {
      throw .mismatchedState(
        method: configuration.name, expected: vectors.map(\.count), found: state.slots.map(\.count))
    }
    guard Set(state.scalars.keys) == Set(names) else {
      throw .mismatchedScalars(
        method: configuration.name, expected: names, found: state.scalars.keys.sorted())
    }
    steps = state.step
    // Before the first step the weights alone decide how the run begins.
    hasBegun = state.step > 0
    for (vector, saved) in zip(vectors, state.slots) { vector.assign(saved) }
    for (place, name) in names.enumerated() { scalars.elements[place] = state.scalars[name] ?? 0 }
  }
}
