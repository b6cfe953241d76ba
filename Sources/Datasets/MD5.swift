/// The MD5 digest of a stream of bytes (RFC 1321).
///
/// The publishers of the data sets give MD5 sums, and the same digest names a data set's content in a checkpoint.
/// It finds damage, not malice.
struct MD5 {
  private var state: SIMD4<UInt32> = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476]
  private var length: UInt64 = 0
  private var pending: [UInt8] = []

  /// Adds `bytes` to the end of the stream.
  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    length &+= UInt64(bytes.count)
    var offset = 0
    if !pending.isEmpty {
      offset = min(64 - pending.count, bytes.count)
      pending.append(contentsOf: bytes[..<offset])
      guard pending.count == 64 else { return }
      pending.withUnsafeBytes { Self.compress(&state, $0, at: 0) }
      pending.removeAll(keepingCapacity: true)
    }
    while bytes.count - offset >= 64 {
      Self.compress(&state, bytes, at: offset)
      offset += 64
    }
    pending.append(contentsOf: bytes[offset...])
  }

  /// Adds `bytes` to the end of the stream.
  mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// The digest of everything so far, as 32 hexadecimal digits.
  func hexadecimal() -> String {
    var last = self
    let bits = length &* 8
    var padding: [UInt8] = [0x80]
    padding += [UInt8](repeating: 0, count: (119 - pending.count) % 64)
    padding += (0..<8).map { UInt8(truncatingIfNeeded: bits >> (8 * UInt64($0))) }
    last.update(padding)
    let digits = Array("0123456789abcdef")
    var text = ""
    for word in 0..<4 {
      for byte in 0..<4 {
        let value = Int(last.state[word] >> UInt32(8 * byte)) & 0xFF
        text.append(digits[value >> 4])
        text.append(digits[value & 15])
      }
    }
    return text
  }

  private static func compress(_ state: inout SIMD4<UInt32>, _ bytes: UnsafeRawBufferPointer, at offset: Int)
  {
    var (a, b, c, d) = (state.x, state.y, state.z, state.w)
    sines.withUnsafeBufferPointer { sines in
      for step in 0..<64 {
        let mix: UInt32
        let word: Int
        switch step >> 4 {
        case 0: (mix, word) = ((b & c) | (~b & d), step)
        case 1: (mix, word) = ((d & b) | (~d & c), (5 * step + 1) & 15)
        case 2: (mix, word) = (b ^ c ^ d, (3 * step + 5) & 15)
        default: (mix, word) = (c ^ (b | ~d), (7 * step) & 15)
        }
        let message = UInt32(
          littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 4 * word, as: UInt32.self))
        let sum = a &+ mix &+ sines[step] &+ message
        let shift = shift(of: step)
        (a, d, c, b) = (d, c, b, b &+ ((sum << shift) | (sum >> (32 - shift))))
      }
    }
    state &+= [a, b, c, d]
  }

  /// Rotations of RFC 1321, four a round, one byte each.
  private static func shift(of step: Int) -> UInt32 {
    let round: UInt32 =
      switch step >> 4 {
      case 0: 0x1611_0C07
      case 1: 0x140E_0905
      case 2: 0x1710_0B04
      default: 0x150F_0A06
      }
    return (round >> UInt32(8 * (step & 3))) & 0xFF
  }

  /// The table of RFC 1321: floor(2^32 |sin(i + 1)|), written out because a table may not depend on a library.
  private static let sines: [UInt32] = [
    0xD76A_A478, 0xE8C7_B756, 0x2420_70DB, 0xC1BD_CEEE, 0xF57C_0FAF, 0x4787_C62A, 0xA830_4613, 0xFD46_9501,
    0x6980_98D8, 0x8B44_F7AF, 0xFFFF_5BB1, 0x895C_D7BE, 0x6B90_1122, 0xFD98_7193, 0xA679_438E, 0x49B4_0821,
    0xF61E_2562, 0xC040_B340, 0x265E_5A51, 0xE9B6_C7AA, 0xD62F_105D, 0x0244_1453, 0xD8A1_E681, 0xE7D3_FBC8,
    0x21E1_CDE6, 0xC337_07D6, 0xF4D5_0D87, 0x455A_14ED, 0xA9E3_E905, 0xFCEF_A3F8, 0x676F_02D9, 0x8D2A_4C8A,
    0xFFFA_3942, 0x8771_F681, 0x6D9D_6122, 0xFDE5_380C, 0xA4BE_EA44, 0x4BDE_CFA9, 0xF6BB_4B60, 0xBEBF_BC70,
    0x289B_7EC6, 0xEAA1_27FA, 0xD4EF_3085, 0x0488_1D05, 0xD9D4_D039, 0xE6DB_99E5, 0x1FA2_7CF8, 0xC4AC_5665,
    0xF429_2244, 0x432A_FF97, 0xAB94_23A7, 0xFC93_A039, 0x655B_59C3, 0x8F0C_CC92, 0xFFEF_F47D, 0x8584_5DD1,
    0x6FA8_7E4F, 0xFE2C_E6E0, 0xA301_4314, 0x4E08_11A1, 0xF753_7E82, 0xBD3A_F235, 0x2AD7_D2BB, 0xEB86_D391,
  ]
}
