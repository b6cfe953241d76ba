import Foundation

/// A training run whose learning rate somebody else decides.
///
/// The caller alternates: it asks for some steps at a rate, and reads the observation that comes back.
///
/// ```swift
/// var observation = try trainee.reset(seed: 1, stepBudget: 1000, learningRate: 0.001)
/// while observation.step < observation.stepBudget {
///   let rate = nextRate(observation)
///   observation = try trainee.train(learningRates: Array(repeating: rate, count: 10))
/// }
/// let result = try trainee.evaluate()
/// ```
///
/// A trainee is used by one thread at a time. A loss that is not finite is an outcome, not an error: report it
/// in the observation. Throw for what the caller cannot go on from, such as a lost process.
public protocol Trainee: AnyObject {
  /// Whether gradients, updates and predictions are measured, which a schedule does not need; setting it is a hint that a
  /// trainee may ignore. True where there is no such choice.
  var reportsDynamics: Bool { get set }

  /// Starts a new run: fresh weights, a fresh order of the data, both decided by `seed` alone.
  ///
  /// - Parameters:
  ///   - seed: The same seed must give the same run, bit for bit.
  ///   - stepBudget: Optimizer steps that the run will take, at least 1.
  ///   - learningRate: The initial rate, which the first observation reports.
  /// - Returns: The observation at step 0.
  /// - Throws: Whatever keeps the run from starting.
  func reset(seed: UInt64, stepBudget: Int, learningRate: Double) throws -> Observation

  /// Takes one step on the first batch at `learningRate`, observes it, and undoes it: the weights, the optimizer and
  /// the order of the data are as they were after `reset`.
  ///
  /// - Parameter learningRate: The rate of the trial step, finite and at least 0.
  /// - Returns: An observation at step 0: the loss of the first batch after the trial step (`trainLoss`) and before it
  ///   (`lossBeforeTrial`), and what else was measured; nil, the default, where the trainee cannot do it.
  /// - Throws: Whatever keeps the run from going on.
  /// - Precondition: The run has just been reset.
  func look(learningRate: Double) throws -> Observation?

  /// Takes one optimizer step at each of the rates, in order, then observes.
  ///
  /// - Parameter learningRates: At least one rate, each finite and at least 0. A controller repeats one rate
  ///   over its interval; a schedule gives every step its own.
  /// - Returns: The observation, whose learning rate is the last of these.
  /// - Throws: Whatever keeps the run from going on; a diverged loss does not.
  func train(learningRates: [Double]) throws -> Observation

  /// Loss and accuracy on the test split with the current weights.
  func evaluate() throws -> Evaluation

  /// Everything the run needs to go on from here: weights, optimizer state, place in the data.
  func snapshot() throws -> Data

  /// Goes back to a snapshot of a run of this trainee; training on gives the same bits as it did then.
  func restore(_ snapshot: Data) throws

  /// Frees what a snapshot holds outside its bytes; it is not restored any more. Nothing by default.
  func discard(_ snapshot: Data) throws
}

extension Trainee {
  /// True, and stays so.
  public var reportsDynamics: Bool {
    get { true }
    set {}
  }

  /// Cannot look.
  public func look(learningRate: Double) throws -> Observation? { nil }

  /// Does nothing, for snapshots that are all in their bytes.
  public func discard(_ snapshot: Data) throws {}
}

/// How good a network is on one split.
public struct Evaluation: Sendable, Equatable, Codable {
  /// Mean loss.
  public var loss: Double
  /// Share of right answers, in [0, 1].
  public var accuracy: Double

  /// Creates an evaluation.
  public init(loss: Double, accuracy: Double) {
    self.loss = loss
    self.accuracy = accuracy
  }
}
