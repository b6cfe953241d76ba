import Foundation

/// A controller under a guardian, with what takes over where the controller fails.
///
/// Decisions are a pure function of the state and the observation, so that whoever keeps both can repeat them.
public struct GuardedController: Sendable {
  /// Decides while all is well.
  public let controller: Controller
  /// Watches.
  public let guardian: Guardian
  /// Takes over where the controller is not to be trusted; nil for nobody.
  public let fallback: FallbackSchedule?

  /// What is remembered of one run.
  public struct State: Codable, Sendable, Equatable {
    /// The controller's memory.
    public internal(set) var controller: ControllerSession.Memory
    /// The guardian's memory.
    public internal(set) var guardian: Guardian.State

    /// A state that was kept.
    public init(controller: ControllerSession.Memory, guardian: Guardian.State) {
      self.controller = controller
      self.guardian = guardian
    }
  }

  /// Puts a controller under a guardian.
  public init(controller: Controller, guardian: Guardian, fallback: FallbackSchedule?) {
    self.controller = controller
    self.guardian = guardian
    self.fallback = fallback
  }

  /// The state at the beginning of a run.
  public var initialState: State {
    State(controller: controller.initialMemory(), guardian: Guardian.State())
  }

  /// Decides the rate of the next interval.
  ///
  /// A failure leaves the controller's memory as it was at the last good observation. An observation far from the
  /// controller's training goes to its memory, but the fallback decides.
  ///
  /// - Parameters:
  ///   - observation: The latest reading; its rate is the one that was in force.
  ///   - interval: Steps since the observation before it.
  ///   - state: What is remembered of the run; moves on.
  /// - Returns: The decision.
  public func decide(
    after observation: Observation, interval: Int, state: inout State
  ) -> GuardedDecision {
    var session = ControllerSession(controller: controller, memory: state.controller)
    let proposed = session.nextLearningRate(after: observation)
    let distance = observation.isFinite ? controller.outOfDistribution(of: session.memory.history) : nil
    func decision(_ rate: Double, _ verdict: Verdict, _ source: String) -> GuardedDecision {
      GuardedDecision(
        learningRate: rate, scale: rate / observation.learningRate, verdict: verdict, source: source,
        outOfDistribution: distance)
    }
    guard observation.step < observation.stepBudget else {
      return decision(observation.learningRate, .complete, Self.guardianSource)
    }
    if guardian.isFailure(observation, after: state.guardian) {
      return fail(observation, &state.guardian, decision)
    }
    state.guardian.accept(observation, guardian.configuration)
    state.controller = session.memory
    state.controller.history.forget()
    let ceiling = state.guardian.ceiling
    func bounded(_ rate: Double) -> Double {
      guardian.bounded(rate, previous: observation.learningRate, ceiling: ceiling)
    }
    if let fallback, state.guardian.hasHandedOver || isFar(distance) {
      let scale = fallback.scale(
        at: observation.step, interval: interval, stepBudget: observation.stepBudget)
      return decision(bounded(observation.learningRate * scale), .continue, "fallback:\(fallback.name)")
    }
    return decision(bounded(proposed), .continue, Self.controllerSource)
  }

  /// The source of decisions that the controller made.
  public static let controllerSource = "controller"
  /// The source of decisions that the guardian made.
  public static let guardianSource = "guardian"

  private func isFar(_ distance: Double?) -> Bool {
    distance.map { $0 > guardian.configuration.outOfDistributionThreshold } ?? false
  }

  private func fail(
    _ observation: Observation, _ state: inout Guardian.State,
    _ decision: (Double, Verdict, String) -> GuardedDecision
  ) -> GuardedDecision {
    state.goodObservations = 0
    state.failures += 1
    if state.failures > guardian.configuration.rollbacks {
      guard fallback != nil, !state.hasHandedOver else {
        return decision(observation.learningRate, .stop, Self.guardianSource)
      }
      // The fallback begins with as many rollbacks as the controller had.
      state.hasHandedOver = true
      state.failures = 0
    }
    let configuration = guardian.configuration
    let lower = observation.learningRate * pow(configuration.rollbackScale, Double(max(state.failures, 1)))
    let floor = min(configuration.minimumLearningRate, observation.learningRate)
    let rate = min(max(lower, floor), configuration.maximumLearningRate)
    state.ceiling = rate
    return decision(rate, .rollback, Self.guardianSource)
  }
}
