/// A code whose words have different lengths and are given by their lengths alone (RFC 1951, section 3.2.2).
struct HuffmanCode {
  private static let longest = 15

  /// How many words have each length, from 0 to 15.
  private var counts = [Int](repeating: 0, count: longest + 1)
  /// The symbols in the order of their words.
  private let symbols: [Int]

  /// Creates the code of symbols 0, 1, ...
  ///
  /// - Parameter lengths: The length of each symbol's word, at most 15; 0 for a symbol without one.
  /// - Throws: ``ZlibStream/Damage`` for more words than their lengths leave room for, and for fewer, except for a
  ///   single word of one bit or none at all.
  init(lengths: [Int]) throws(ZlibStream.Damage) {
    for length in lengths { counts[length] += 1 }
    counts[0] = 0
    symbols = lengths.indices.filter { lengths[$0] > 0 }.sorted { (lengths[$0], $0) < (lengths[$1], $1) }
    // Each bit doubles the words that are free; once below zero it stays there.
    let free = counts.dropFirst().reduce(1) { 2 * $0 - $1 }
    guard free == 0 || symbols.isEmpty || (symbols.count == 1 && counts[1] == 1) else {
      throw ZlibStream.Damage()
    }
  }

  /// The symbol of the next word.
  func symbol(from bits: inout BitReader) throws(ZlibStream.Damage) -> Int {
    // `first` is the first word of the length, `index` the place of its symbol.
    var (word, first, index) = (0, 0, 0)
    for length in 1...Self.longest {
      word |= try bits.number(1)
      if word - first < counts[length] { return symbols[index + word - first] }
      index += counts[length]
      first = (first + counts[length]) << 1
      word <<= 1
    }
    throw ZlibStream.Damage()
  }

  private init(valid lengths: [Int]) {
    for length in lengths { counts[length] += 1 }
    symbols = lengths.indices.sorted { (lengths[$0], $0) < (lengths[$1], $1) }
  }

  /// The codes of blocks that bring none (RFC 1951, section 3.2.6).
  static let fixedLiterals = HuffmanCode(
    valid: (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 })
  static let fixedDistances = HuffmanCode(valid: Array(repeating: 5, count: 30))
}
