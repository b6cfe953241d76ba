/// Decompresses a zlib stream (RFC 1950) of DEFLATE blocks (RFC 1951), as PNG files hold their pixels in one.
///
/// In Swift, so that the module needs no library of the system for the few pictures that schedules read.
struct ZlibStream {
  /// A stream that breaks the format or ends too early.
  struct Damage: Error {}

  private var bits: BitReader
  private var output: [UInt8] = []
  private let count: Int

  /// The contents of a stream.
  ///
  /// - Parameters:
  ///   - bytes: The stream; what follows its end is ignored.
  ///   - count: How many bytes it must hold.
  /// - Returns: That many bytes.
  /// - Throws: ``Damage`` when it holds more or fewer, is cut short, or is damaged, which its checksum tells.
  static func contents(of bytes: [UInt8], count: Int) throws(Damage) -> [UInt8] {
    var stream = ZlibStream(bits: BitReader(bytes), count: count)
    try stream.read()
    return stream.output
  }

  private init(bits: BitReader, count: Int) {
    self.bits = bits
    self.count = count
  }

  private mutating func read() throws(Damage) {
    let (method, flags) = (try bits.number(8), try bits.number(8))
    // DEFLATE, a window of up to 32 KiB, a check of the header, and no dictionary, which PNG excludes.
    guard method & 0xf == 8, method >> 4 <= 7, (method << 8 | flags).isMultiple(of: 31), flags & 0x20 == 0
    else { throw Damage() }
    var isLast = false
    while !isLast {
      isLast = try bits.number(1) == 1
      switch try bits.number(2) {
      case 0: try copyStored()
      case 1: try inflate(HuffmanCode.fixedLiterals, HuffmanCode.fixedDistances)
      case 2:
        let (literals, distances) = try codes()
        try inflate(literals, distances)
      default: throw Damage()
      }
    }
    guard output.count == count, try checksum() == adler32() else { throw Damage() }
  }

  /// A block without compression.
  private mutating func copyStored() throws(Damage) {
    bits.skipToByte()
    let (length, complement) = (try bits.number(16), try bits.number(16))
    guard length == ~complement & 0xffff, output.count + length <= count else { throw Damage() }
    for _ in 0..<length { output.append(UInt8(try bits.number(8))) }
  }

  private mutating func inflate(_ literals: HuffmanCode, _ distances: HuffmanCode) throws(Damage) {
    while true {
      let symbol = try literals.symbol(from: &bits)
      if symbol == 256 { return }
      guard symbol > 256 else {
        guard output.count < count else { throw Damage() }
        output.append(UInt8(symbol))
        continue
      }
      guard symbol - 257 < Self.lengths.count else { throw Damage() }
      let length = try Self.lengths[symbol - 257].value(from: &bits)
      let place = try distances.symbol(from: &bits)
      guard place < Self.distances.count else { throw Damage() }
      let distance = try Self.distances[place].value(from: &bits)
      guard distance <= output.count, output.count + length <= count else { throw Damage() }
      // One by one: a match may reach into what it writes.
      for _ in 0..<length { output.append(output[output.count - distance]) }
    }
  }

  /// The codes of a block that brings its own (RFC 1951, section 3.2.7).
  private mutating func codes() throws(Damage) -> (literals: HuffmanCode, distances: HuffmanCode) {
    let (literals, distances) = (try bits.number(5) + 257, try bits.number(5) + 1)
    guard literals <= 286, distances <= 30 else { throw Damage() }
    let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    var lengths = [Int](repeating: 0, count: order.count)
    for place in order.prefix(try bits.number(4) + 4) { lengths[place] = try bits.number(3) }
    let code = try HuffmanCode(lengths: lengths)
    lengths = []
    while lengths.count < literals + distances {
      let symbol = try code.symbol(from: &bits)
      switch symbol {
      case 16:
        guard let last = lengths.last else { throw Damage() }
        lengths += Array(repeating: last, count: 3 + (try bits.number(2)))
      case 17: lengths += Array(repeating: 0, count: 3 + (try bits.number(3)))
      case 18: lengths += Array(repeating: 0, count: 11 + (try bits.number(7)))
      default: lengths.append(symbol)
      }
    }
    guard lengths.count == literals + distances, lengths[256] > 0 else { throw Damage() }
    return (
      try HuffmanCode(lengths: Array(lengths[..<literals])),
      try HuffmanCode(lengths: Array(lengths[literals...]))
    )
  }

  private mutating func checksum() throws(Damage) -> Int {
    bits.skipToByte()
    var value = 0
    for _ in 0..<4 { value = value << 8 | (try bits.number(8)) }
    return value
  }

  private func adler32() -> Int {
    var (sum, total) = (1, 0)
    for byte in output {
      sum = (sum + Int(byte)) % 65_521
      total = (total + sum) % 65_521
    }
    return total << 16 | sum
  }

  /// A length or a distance: a base, and some bits to add (RFC 1951, section 3.2.5).
  private struct Extra {
    let base: Int
    let bits: Int

    func value(from reader: inout BitReader) throws(Damage) -> Int { base + (try reader.number(bits)) }
  }

  private static let lengths: [Extra] = {
    let bits = Array(repeating: 0, count: 8) + (1...5).flatMap { [$0, $0, $0, $0] }
    return extras(bits, from: 3) + [Extra(base: 258, bits: 0)]
  }()

  private static let distances = extras([0, 0] + (0...13).flatMap { [$0, $0] }, from: 1)

  /// Each base follows the last value of the one before.
  private static func extras(_ bits: [Int], from first: Int) -> [Extra] {
    var base = first
    return bits.map { count in
      defer { base += 1 << count }
      return Extra(base: base, bits: count)
    }
  }
}

/// Bits from the lowest of each byte up.
struct BitReader {
  private let bytes: [UInt8]
  private var place = 0
  private var held = 0
  private var heldCount = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// The next `count` bits, at most 16, the first of them the lowest.
  mutating func number(_ count: Int) throws(ZlibStream.Damage) -> Int {
    while heldCount < count {
      guard place < bytes.count else { throw ZlibStream.Damage() }
      held |= Int(bytes[place]) << heldCount
      place += 1
      heldCount += 8
    }
    defer {
      held >>= count
      heldCount -= count
    }
    return held & (1 << count - 1)
  }

  /// Leaves out what is left of the byte that was begun.
  mutating func skipToByte() {
    held >>= heldCount % 8
    heldCount -= heldCount % 8
  }
}
