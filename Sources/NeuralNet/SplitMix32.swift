/// A hash of some numbers.
struct SplitMix32 {
  var state: UInt32

  mutating func mix(_ number: UInt32) {
    state = (state ^ number) &* 0x9E37_79B1
    state = (state ^ state >> 15) &* 0x85EB_CA77
    state ^= state >> 13
  }
}
