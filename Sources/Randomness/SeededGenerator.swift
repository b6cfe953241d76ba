/// A small, fast random generator whose state can be saved: the same seed gives the same numbers on every
/// platform.
///
/// The algorithm is xoshiro256** seeded by SplitMix64 (Blackman and Vigna, 2018, "Scrambled linear
/// pseudorandom number generators").
public struct SeededGenerator: RandomNumberGenerator, Sendable, Equatable, Codable {
  /// The four words of state, so that a run can be resumed where it stopped.
  public private(set) var state: [UInt64]

  /// A generator for `seed`; every seed is allowed, zero included.
  public init(seed: UInt64) {
    var splitMix = SplitMix64(state: seed)
    state = (0..<4).map { _ in splitMix.next() }
  }

  /// A generator for one named part of a run, so that parts draw independently of each other's order.
  ///
  /// - Parameters:
  ///   - seed: The seed of the whole run.
  ///   - stream: Which part, for instance the number of the episode.
  public init(seed: UInt64, stream: UInt64) {
    var splitMix = SplitMix64(state: seed)
    let base = splitMix.next()
    splitMix = SplitMix64(state: base ^ (stream &* 0xD134_2543_DE82_EF95 &+ 0x632B_E59B_D9B4_E019))
    state = (0..<4).map { _ in splitMix.next() }
  }

  /// Reads a saved state.
  ///
  /// - Throws: `DecodingError` when it is not four words of which one at least is not zero.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    state = try container.decode([UInt64].self)
    guard state.count == 4, state.contains(where: { $0 != 0 }) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "The state of a generator is four words, not all zero.")
    }
  }

  /// Writes the four words of state.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(state)
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    let result = Self.rotate(state[1] &* 5, 7) &* 9
    let shifted = state[1] << 17
    state[2] ^= state[0]
    state[3] ^= state[1]
    state[1] ^= state[2]
    state[0] ^= state[3]
    state[2] ^= shifted
    state[3] = Self.rotate(state[3], 45)
    return result
  }

  private static func rotate(_ value: UInt64, _ bits: UInt64) -> UInt64 {
    (value << bits) | (value >> (64 - bits))
  }
}

private struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}
