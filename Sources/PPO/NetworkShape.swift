/// What lies between a network's inputs and its linear head.
public enum NetworkShape: Sendable, Equatable, Codable {
  /// One layer of `hidden` tanh units: each step is judged by itself.
  case mlp(hidden: Int)
  /// One layer of `hidden` long short-term memory cells (Hochreiter and Schmidhuber, 1997, with the forget gate
  /// of Gers et al., 2000): what was seen earlier in the episode counts too.
  case lstm(hidden: Int)
  /// A layer of `embedding` tanh units, then one of `hidden` gated recurrent units (Cho et al., 2014, in PyTorch's form).
  case gru(embedding: Int, hidden: Int)

  /// Number of units between the inputs and the head, at least 1.
  public var hidden: Int {
    switch self {
    case .mlp(let hidden), .lstm(let hidden), .gru(_, let hidden): hidden
    }
  }

  /// Whether the network carries a state from step to step.
  public var isRecurrent: Bool {
    switch self {
    case .mlp: false
    case .lstm, .gru: true
    }
  }
}
