/// What exchanges with other ranks cost one rank.
public struct ExchangeCost: Sendable, Equatable {
  /// How many there were.
  public internal(set) var count = 0
  /// Bytes that each rank had in the end, all exchanges together.
  public internal(set) var bytes = 0
  /// Seconds in them, waiting for slower ranks included.
  public internal(set) var seconds = 0.0
}
