/// The 64-bit FNV-1a hash (Fowler, Noll and Vo): notices damage and change, does not resist malice.
public struct Checksum: Sendable {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  /// The checksum of nothing.
  public init() {}

  /// Goes on with more bytes.
  public mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
    }
  }

  /// Sixteen hexadecimal digits.
  public var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
