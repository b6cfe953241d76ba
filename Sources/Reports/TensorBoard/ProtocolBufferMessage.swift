/// The bytes of a Protocol Buffers message, field by field in the order in which they are added.
///
/// Only what TensorBoard's events need of the format (protobuf.dev/programming-guides/encoding).
struct ProtocolBufferMessage {
  private(set) var bytes: [UInt8] = []

  mutating func addVarint(_ value: UInt64, field: UInt64) {
    addVarint(field << 3)
    addVarint(value)
  }

  mutating func addDouble(_ value: Double, field: UInt64) {
    addVarint(field << 3 | 1)
    bytes += littleEndianBytes(value.bitPattern)
  }

  mutating func addFloat(_ value: Float, field: UInt64) {
    addVarint(field << 3 | 5)
    bytes += littleEndianBytes(value.bitPattern)
  }

  mutating func addBytes(_ value: some Collection<UInt8>, field: UInt64) {
    addVarint(field << 3 | 2)
    addVarint(UInt64(value.count))
    bytes += value
  }

  private mutating func addVarint(_ value: UInt64) {
    var rest = value
    while rest > 0x7F {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

/// The bytes of a whole number, the lowest first.
func littleEndianBytes(_ value: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian, Array.init)
}
