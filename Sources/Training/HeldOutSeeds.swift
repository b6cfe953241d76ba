/// Seeds that no controller is trained on: training samples its seeds from all 64-bit numbers, and these are the first
/// few whole numbers.
public enum HeldOutSeeds {
  /// The first `count` of them, from 0.
  public static func first(_ count: Int) -> [UInt64] { (0..<UInt64(count)).map { $0 } }
}
