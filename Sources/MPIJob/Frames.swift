import Foundation

/// Several pieces of data as one: for each its length in eight bytes, the lowest first, and its bytes.
enum Frames {
  static func join(_ pieces: [Data]) -> Data {
    var all = Data(capacity: pieces.reduce(0) { $0 + 8 + $1.count })
    for piece in pieces {
      all.append(contentsOf: (0..<8).map { UInt8(truncatingIfNeeded: piece.count >> (8 * $0)) })
      all.append(piece)
    }
    return all
  }

  /// The pieces; nil when there are not exactly `count`.
  static func split(_ all: Data, count: Int) -> [Data]? {
    var rest = all[...]
    var pieces: [Data] = []
    while !rest.isEmpty {
      guard rest.count >= 8 else { return nil }
      let length = rest.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      rest = rest.dropFirst(8)
      guard length <= UInt64(rest.count) else { return nil }
      pieces.append(Data(rest.prefix(Int(length))))
      rest = rest.dropFirst(Int(length))
    }
    return pieces.count == count ? pieces : nil
  }
}
