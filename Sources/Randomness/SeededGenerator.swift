/// A small, fast random generator whose state can be saved: the same seed gives the same numbers on every
/// platform.
///
/// The algorithm is xoshiro256** seeded by SplitMix64 (Blackman and Vigna, 2018, "Scrambled linear
/// pseudorandom number generators").
public struct SeededGenerator: RandomNumberGenerator, Sendable, Equatable, Codable {
  // Four words beside each other: an array would be a reference, to be counted and checked at each number.
  @usableFromInline var words: (UInt64, UInt64, UInt64, UInt64)

  /// The four words of state, so that a run can be resumed where it stopped.
  public var state: [UInt64] { [words.0, words.1, words.2, words.3] }

  /// A generator for `seed`; every seed is allowed, zero included.
  public init(seed: UInt64) {
    var splitMix = SplitMix64(state: seed)
    words = (splitMix.next(), splitMix.next(), splitMix.next(), splitMix.next())
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
    words = (splitMix.next(), splitMix.next(), splitMix.next(), splitMix.next())
  }

  /// Reads a saved state.
  ///
  /// - Throws: `DecodingError` when it is not four words of which one at least is not zero.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let state = try container.decode([UInt64].self)
    guard state.count == 4, state.contains(where: { $0 != 0 }) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "The state of a generator is four words, not all zero.")
    }
    words = (state[0], state[1], state[2], state[3])
  }

  /// Writes the four words of state.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(state)
  }

  /// Two generators are equal when they will give the same numbers.
  public static func == (left: Self, right: Self) -> Bool { left.words == right.words }

  /// The next 64 random bits.
  @inlinable
  public mutating func next() -> UInt64 {
    let result = Self.rotate(words.1 &* 5, 7) &* 9
    let shifted = words.1 << 17
    words.2 ^= words.0
    words.3 ^= words.1
    words.1 ^= words.2
    words.0 ^= words.3
    words.2 ^= shifted
    words.3 = Self.rotate(words.3, 45)
    return result
  }

  @inlinable
  static func rotate(_ value: UInt64, _ bits: UInt64) -> UInt64 {
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
