import Foundation
import Randomness

/// The random numbers of drawn problems, one stream for the problem and one for its examples.
///
/// Examples take hundreds of thousands of numbers an episode, so the algorithm is SplitMix64 (Steele, Lea and Flood,
/// 2014): one word of state that stays in a register. Its seed comes from `SeededGenerator`.
struct DrawnRandom {
  /// What the numbers are for.
  enum Stream: UInt64 {
    case problem, examples, regularization, averaging, images
  }

  private var state: UInt64
  private let normals = QuantileTable.normal.values
  private let gumbels = QuantileTable.gumbel.values

  init(seed: UInt64, stream: Stream) {
    var generator = SeededGenerator(seed: seed, stream: stream.rawValue)
    state = generator.next()
  }

  @inline(__always)
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }

  /// A number from [0, 1), with 24 random bits.
  @inline(__always)
  mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

  @inline(__always)
  mutating func uniform(_ low: Float, _ high: Float) -> Float { low + (high - low) * uniform() }

  /// A number whose logarithm is uniform.
  mutating func logUniform(_ low: Float, _ high: Float) -> Float {
    low * exp(uniform() * log(high / low))
  }

  /// A whole number whose logarithm is uniform, both ends included.
  mutating func logUniform(in range: ClosedRange<Int>) -> Int {
    let number = logUniform(Float(range.lowerBound), Float(range.upperBound) + 1)
    return min(max(Int(number), range.lowerBound), range.upperBound)
  }

  /// A whole number from 0 to `bound` - 1; the bias is below `bound` / 2^64.
  @inline(__always)
  mutating func index(below bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  @inline(__always)
  mutating func chance(_ probability: Float) -> Bool { uniform() < probability }

  @inline(__always)
  mutating func normal() -> Float { normals[Int(next() >> 48)] }

  @inline(__always)
  mutating func gumbel() -> Float { gumbels[Int(next() >> 48)] }

  /// Fills `count` places with normal numbers, four from each random word.
  @inline(__always)
  mutating func fillNormals(_ target: UnsafeMutablePointer<Float>, count: Int) {
    var place = 0
    while place + 4 <= count {
      let word = next()
      target[place] = normals[Int(word & 0xFFFF)]
      target[place + 1] = normals[Int(word >> 16 & 0xFFFF)]
      target[place + 2] = normals[Int(word >> 32 & 0xFFFF)]
      target[place + 3] = normals[Int(word >> 48)]
      place += 4
    }
    while place < count {
      target[place] = normal()
      place += 1
    }
  }

  /// `count` normal numbers times `scale`.
  mutating func normals(_ count: Int, scale: Float = 1) -> [Float] {
    (0..<count).map { _ in normal() * scale }
  }
}
