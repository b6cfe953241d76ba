internal import Kernels

/// Turns gradients into steps, and keeps the state that this needs: at most two floats a parameter.
///
/// The definitions and defaults are those of PyTorch's `torch.optim`, without weight decay.
public final class Optimizer {
  /// Which method, with its constants.
  public let configuration: Configuration
  /// Parameters that one step moves.
  public let count: Int

  private var step: Int64 = 0
  private let slots: [AlignedBuffer<Float>]
  private let kernels: UnsafePointer<KernelTable>
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
    slots = (0..<configuration.slotCount).map { _ in AlignedBuffer(count: count) }
    kernels = instructionSet.table
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
    step += 1
    let rate = Float(learningRate)
    let (values, slopes) = (parameters.pointer, gradient.pointer)
    switch configuration {
    case .sgd:
      kernels.pointee.momentumStep(count, rate, 0, 0, slopes, slots[0].pointer, values)
    case .momentum(let momentum):
      kernels.pointee.momentumStep(count, rate, momentum, 0, slopes, slots[0].pointer, values)
    case .nesterov(let momentum):
      kernels.pointee.momentumStep(count, rate, momentum, 1, slopes, slots[0].pointer, values)
    case .adam(let beta1, let beta2, let epsilon):
      kernels.pointee.adamStep(
        count, rate, beta1, beta2, epsilon, step, slopes, slots[0].pointer, slots[1].pointer, values)
    case .adagrad(let epsilon):
      kernels.pointee.adagradStep(count, rate, epsilon, slopes, slots[0].pointer, values)
    case .adadelta(let rho, let epsilon):
      kernels.pointee.adadeltaStep(
        count, rate, rho, epsilon, slopes, slots[0].pointer, slots[1].pointer, values)
    case .rmsprop(let alpha, let epsilon):
      kernels.pointee.rmspropStep(count, rate, alpha, epsilon, slopes, slots[0].pointer, values)
    }
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

  /// Forgets everything: the state of a new optimizer.
  public func reset() {
    step = 0
    for slot in slots { slot.elements.update(repeating: 0) }
  }

  /// Bytes of its state.
  public var memory: Int { 4 * count * slots.count }

  /// What the optimizer remembers, to save it and to go on from it with the same bits.
  public var state: State { State(step: step, slots: slots.map { Array($0.elements) }) }

  /// Goes back to a saved state.
  ///
  /// - Throws: ``OptimizerError`` when the state is of another method or of another number of parameters;
  ///   nothing is changed then.
  public func restore(_ state: State) throws(OptimizerError) {
    guard state.step >= 0, state.slots.map(\.count) == slots.map(\.count) else {
      throw .mismatchedState(
        method: configuration.name, expected: slots.map(\.count), found: state.slots.map(\.count))
    }
    step = state.step
    for (slot, saved) in zip(slots, state.slots) { slot.assign(saved) }
  }

  /// What an optimizer remembers between steps.
  public struct State: Sendable, Equatable, Codable {
    /// Steps taken.
    public var step: Int64
    /// Buffers of one float a parameter: velocity; mean and square; sum; square and delta; square.
    public var slots: [[Float]]

    /// Creates a state from its parts.
    public init(step: Int64, slots: [[Float]]) {
      self.step = step
      self.slots = slots
    }
  }
}
