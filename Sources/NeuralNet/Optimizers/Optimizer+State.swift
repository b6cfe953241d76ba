extension Optimizer {
  /// What an optimizer remembers between steps.
  public struct State: Sendable, Equatable {
    /// Steps taken.
    public var step: Int64
    /// Buffers of one float a parameter, in the order of the rule.
    public var slots: [[Float]]
    /// Numbers by name, such as the sum of the weights of an average; most methods have none.
    public var scalars: [String: Double]

    /// Creates a state from its parts.
    public init(step: Int64, slots: [[Float]], scalars: [String: Double] = [:]) {
      self.step = step
      self.slots = slots
      self.scalars = scalars
    }
  }
}

/// In JSON, scalars are left out where there are none, as in states that were written before there were any.
extension Optimizer.State: Codable {
  private enum CodingKeys: String, CodingKey { case step, slots, scalars }

  /// Reads a state.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    step = try container.decode(Int64.self, forKey: .step)
    slots = try container.decode([[Float]].self, forKey: .slots)
    scalars = try container.decodeIfPresent([String: Double].self, forKey: .scalars) ?? [:]
  }

  /// Writes a state.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(step, forKey: .step)
    try container.encode(slots, forKey: .slots)
    if !scalars.isEmpty { try container.encode(scalars, forKey: .scalars) }
  }
}
