/// A controller at work on one training run, from its first observation to its last.
public struct ControllerSession: RateSource, Sendable {
  /// The controller at work.
  public let controller: Controller
  /// What is remembered of the run.
  public private(set) var memory: Memory
  /// Whether it remembers what drove each decision; false by default, since that takes a decision for each input.
  public var explains = false
  /// What drove each decision since ``explains`` was set.
  public private(set) var explanations: [Explanation] = []
  private let prepared: PreparedActor?

  /// What a controller remembers of a run: enough to go on elsewhere.
  public struct Memory: Codable, Sendable, Equatable {
    /// What a recurrent actor remembers; empty for others.
    public var recurrent: RecurrentState
    /// What features look back on.
    public var history: RunHistory

    /// A memory that was kept.
    public init(recurrent: RecurrentState, history: RunHistory) {
      self.recurrent = recurrent
      self.history = history
    }
  }

  /// Begins a run.
  public init(controller: Controller, hiding hidden: Set<FeatureGroup> = []) {
    self.init(controller: controller, memory: controller.initialMemory(hiding: hidden))
  }

  /// Goes on with a run whose memory was kept.
  public init(controller: Controller, memory: Memory) {
    self.controller = controller
    self.memory = memory
    prepared = controller.policy.prepared
  }

  /// Decides the rate of the next interval, without exploration.
  ///
  /// - Parameter observation: The latest reading; one that is not finite leaves rate and memory as they are.
  /// - Returns: The rate per optimizer step, within the controller's bounds.
  public mutating func nextLearningRate(after observation: Observation) -> Double {
    guard observation.isFinite else { return observation.learningRate }
    if memory.history.isLook {
      // The last look has decided the first interval.
      memory.history.endLooks(with: observation)
      return observation.learningRate
    }
    var observation = observation
    let fall = controller.action.takeFall(outOf: &observation, after: memory.history)
    memory.history.add(observation)
    return fall * decide(from: observation.learningRate, scale: controller.action.logScale)
  }

  /// The next rate, held for the whole interval.
  public mutating func learningRates(after observation: Observation, steps: Int) -> [Double] {
    Array(repeating: nextLearningRate(after: observation), count: steps)
  }

  /// Looks before the first step, as often as the controller was trained to.
  public mutating func firstLearningRate(
    after observation: Observation, look: (Double) throws -> Observation?
  ) throws -> Double {
    var rate = observation.learningRate
    for index in 0..<controller.action.looks {
      guard observation.isFinite, let seen = try look(rate) else { break }
      if index == 0 { memory.history.add(observation) }
      memory.history.add(look: seen)
      rate = decide(from: rate, scale: controller.action.lookLogScale)
    }
    return rate
  }

  private mutating func decide(from rate: Double, scale: Double) -> Double {
    if explains {
      explanations += [
        controller.explanation(of: memory.history, state: memory.recurrent, from: rate, scale: scale)
      ].compactMap(\.self)
    }
    let action = controller.policy.meanAction(
      observation: controller.inputs(of: memory.history), state: &memory.recurrent, prepared: prepared)
    memory.history.add(action: Double(action[0]))
    return controller.action.nextRate(from: rate, action: Double(action[0]), logScale: scale)
  }
}

extension Controller {
  /// The memory at the beginning of a run.
  public func initialMemory(hiding hidden: Set<FeatureGroup> = []) -> ControllerSession.Memory {
    ControllerSession.Memory(
      recurrent: policy.initialState, history: RunHistory(hiding: hidden, looksBack: features.looksBack))
  }
}
