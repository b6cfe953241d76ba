internal import Kernels

/// Turns gradients into steps, and keeps the state that this needs.
///
/// Call ``begin(_:)`` with the initial weights, then `step(parameters:gradient:learningRate:)` for each
/// gradient. A method may want other weights evaluated than those it trains: see ``evaluationWeights``.
public final class Optimizer {
  /// Which method, with its constants.
  public let configuration: Configuration
  /// Parameters that one step moves.
  public let count: Int

  private var steps: Int64 = 0
  private var hasBegun = false
  private let vectors: [AlignedBuffer<Float>]
  private let scalars: AlignedBuffer<Double>
  private let scalarNames: [String]
  private let base: Optimizer?
  private let memoryOfRule: OptimizerMemory
  /// Copies of arrays, which are not aligned as the kernels ask; made when the first array comes.
  private lazy var staging = (AlignedBuffer<Float>(count: count), AlignedBuffer<Float>(count: count))

  /// An optimizer in its initial state.
  ///
  /// - Parameters:
  ///   - configuration: Which method, with its constants.
  ///   - count: Parameters that it will move.
  ///   - instructionSet: Which kernels take the step; the fastest of this processor by default.
  ///   - tensors: Which parameters belong together, for methods with a rate for each tensor; all of them by
  ///     default.
  /// - Precondition: The configuration is valid, the instruction set is available, and tensors lie in the
  ///   parameters.
  public init(
    _ configuration: Configuration, count: Int, instructionSet: InstructionSet = .best,
    tensors: [Range<Int>]? = nil
  ) {
    let tensors = tensors ?? [0..<count]
    precondition(
      tensors.allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= count },
      "the tensors \(tensors) are not all within \(count) parameters")
    self.configuration = configuration
    self.count = count
    let rule = type(of: configuration.rule)
    scalarNames =
      rule.scalarNames
      + tensors.indices.flatMap { tensor in rule.tensorScalarNames.map { "\($0).\(tensor)" } }
    vectors = (0..<rule.vectorCount).map { _ in AlignedBuffer(count: count) }
    scalars = AlignedBuffer(count: scalarNames.count)
    base = configuration.rule.base.map {
      Optimizer($0, count: count, instructionSet: instructionSet, tensors: tensors)
    }
    memoryOfRule = OptimizerMemory(
      count: count, tensors: tensors, vectors: vectors.map(\.pointer), scalars: scalars.pointer, base: base,
      kernels: instructionSet.table)
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
    base?.begin(parameters)
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
    step(weights: parameters.pointer, gradient: gradient.pointer, learningRate: learningRate)
  }

  /// The same for a run that has begun.
  func step(
    weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, learningRate: Double
  ) {
    steps += 1
    configuration.rule.step(
      OptimizerStep(
        memory: memoryOfRule, number: steps, rate: learningRate, gradient: gradient, weights: weights))
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

  /// The weights by which the run is to be judged, one float a parameter; nil where those are the trained
  /// weights.
  ///
  /// They change with every step: read them before the next.
  public var evaluationWeights: AlignedBuffer<Float>? {
    guard hasBegun, let place = type(of: configuration.rule).evaluationVector else { return nil }
    return vectors[place]
  }

  /// The rate of the last step of a method that moves its rate by itself; nil for other methods and before a
  /// step.
  public var ownRate: Double? {
    guard steps > 0, let place = type(of: configuration.rule).rateScalar else { return nil }
    return scalars.elements[place]
  }

  /// Forgets everything: the state of a new optimizer.
  public func reset() {
    steps = 0
    hasBegun = false
    for vector in vectors { vector.elements.update(repeating: 0) }
    scalars.elements.update(repeating: 0)
    base?.reset()
  }

  /// Bytes of its state.
  public var memory: Int { 4 * count * vectors.count + 8 * scalars.count + (base?.memory ?? 0) }

  /// What the optimizer remembers, to save it and to go on from it with the same bits.
  ///
  /// The state of a base follows that of the method around it; names of its scalars begin with `base.`.
  public var state: State {
    var state = State(
      step: steps, slots: vectors.map { Array($0.elements) },
      scalars: Dictionary(uniqueKeysWithValues: zip(scalarNames, scalars.elements)))
    guard let inner = base?.state else { return state }
    state.slots += inner.slots
    for (name, value) in inner.scalars { state.scalars["base.\(name)"] = value }
    return state
  }

  /// Goes back to a saved state.
  ///
  /// - Throws: ``OptimizerError`` when the state is of another method or of another number of parameters;
  ///   nothing is changed then.
  public func restore(_ state: State) throws(OptimizerError) {
    let (counts, names) = (slotCounts, allScalarNames)
    guard state.step >= 0, state.slots.map(\.count) == counts else {
      throw .mismatchedState(
        method: configuration.name, expected: counts, found: state.slots.map(\.count))
    }
    guard Set(state.scalars.keys) == Set(names) else {
      throw .mismatchedScalars(
        method: configuration.name, expected: names, found: state.scalars.keys.sorted())
    }
    assign(state, prefix: "")
  }

  /// Floats of each buffer of its state.
  public var slotCounts: [Int] { vectors.map(\.count) + (base?.slotCounts ?? []) }

  private var allScalarNames: [String] { scalarNames + (base?.allScalarNames.map { "base.\($0)" } ?? []) }

  private func assign(_ state: State, prefix: String) {
    steps = state.step
    // Before the first step the weights alone decide how the run begins.
    hasBegun = state.step > 0
    for (vector, saved) in zip(vectors, state.slots) { vector.assign(saved) }
    for (place, name) in scalarNames.enumerated() {
      scalars.elements[place] = state.scalars[prefix + name] ?? 0
    }
    guard let base else { return }
    var inner = state
    inner.slots.removeFirst(vectors.count)
    base.assign(inner, prefix: prefix + "base.")
  }
}
