import Randomness

/// The order in which a training run sees its images: epoch after epoch, each a fresh permutation.
///
/// Nothing is dropped: a batch that reaches the end of an epoch goes on with the beginning of the next, so every
/// image is seen exactly once an epoch whatever the batch size. Epoch e of seed s is the permutation drawn from
/// `SeededGenerator(seed: s, stream: e)`, so the state is four numbers, and any place can be reached directly.
///
/// ```swift
/// var order = BatchOrder(count: splits.train.count, seed: 7)
/// let positions = order.next(1000)  // image p of the batch is image train.indices[positions[p]]
/// ```
public struct BatchOrder: Sendable, Equatable {
  /// Number of images in the split.
  public let count: Int
  /// Decides every permutation.
  public let seed: UInt64
  /// The epoch of the next image, from 0.
  public private(set) var epoch: UInt64 = 0
  /// Images of the epoch already given out, from 0 to `count` - 1.
  public private(set) var position = 0
  private var permutation: [Int32]

  /// The order from its beginning.
  ///
  /// - Parameters:
  ///   - count: Number of images in the split, at least 1.
  ///   - seed: The same seed gives the same order.
  public init(count: Int, seed: UInt64) {
    precondition(
      count > 0 && count <= Int32.max, "a batch order needs 1 to \(Int32.max) images, got \(count)")
    self.count = count
    self.seed = seed
    permutation = Self.permutation(count: count, seed: seed, epoch: 0)
  }

  /// The next `batchSize` positions in the split, each from 0 to `count` - 1.
  public mutating func next(_ batchSize: Int) -> [Int32] {
    [Int32](unsafeUninitializedCapacity: batchSize) { buffer, filled in
      fill(UnsafeMutableBufferPointer(rebasing: buffer[..<batchSize]))
      filled = batchSize
    }
  }

  /// Writes the next `batch.count` positions to `batch`; otherwise like ``next(_:)``.
  public mutating func fill(_ batch: UnsafeMutableBufferPointer<Int32>) {
    for slot in batch.indices {
      batch[slot] = permutation[position]
      position += 1
      if position == count {
        position = 0
        epoch += 1
        permutation = Self.permutation(count: count, seed: seed, epoch: epoch)
      }
    }
  }

  private static func permutation(count: Int, seed: UInt64, epoch: UInt64) -> [Int32] {
    var generator = SeededGenerator(seed: seed, stream: epoch)
    return generator.nextPermutation(of: count)
  }
}

extension BatchOrder: Codable {
  private enum CodingKeys: CodingKey {
    case count, seed, epoch, position
  }

  /// Reads the four numbers of a saved order, and draws its permutation again.
  ///
  /// - Throws: `DecodingError` when they are missing or impossible.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    count = try container.decode(Int.self, forKey: .count)
    seed = try container.decode(UInt64.self, forKey: .seed)
    epoch = try container.decode(UInt64.self, forKey: .epoch)
    position = try container.decode(Int.self, forKey: .position)
    guard count > 0, count <= Int32.max, (0..<count).contains(position), epoch < .max else {
      throw DecodingError.dataCorruptedError(
        forKey: .position, in: container,
        debugDescription: "position \(position) of epoch \(epoch) is not in an order of \(count) images")
    }
    permutation = Self.permutation(count: count, seed: seed, epoch: epoch)
  }

  /// Writes count, seed, epoch and position, from which everything else follows.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(count, forKey: .count)
    try container.encode(seed, forKey: .seed)
    try container.encode(epoch, forKey: .epoch)
    try container.encode(position, forKey: .position)
  }
}
