/// Seeds that no controller is trained on: training draws its seeds from all 64-bit numbers, and these are the first
/// few whole numbers.
enum HeldOutSeeds {
  static func first(_ count: Int) -> [UInt64] { (0..<UInt64(count)).map { $0 } }
}
