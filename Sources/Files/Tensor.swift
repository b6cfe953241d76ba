/// A named array's contents, as a safetensors file stores it.
public struct Tensor: Sendable, Equatable {
  /// The numbers in row-major order, in one of the two precisions that metalr writes.
  public enum Values: Sendable, Equatable {
    /// Single precision, "F32".
    case float32([Float])
    /// Double precision, "F64".
    case float64([Double])
  }

  /// Length of each axis; empty for a single number.
  public let shape: [Int]
  /// As many numbers as the product of `shape`.
  public let values: Values

  /// Creates a tensor.
  ///
  /// - Precondition: The number of values is the product of `shape`.
  public init(shape: [Int], values: Values) {
    self.shape = shape
    self.values = values
    let expected = shape.reduce(1, *)
    precondition(count == expected, "Tensor of shape \(shape) needs \(expected) values, got \(count)")
  }

  /// How many numbers there are.
  public var count: Int {
    switch values {
    case .float32(let values): values.count
    case .float64(let values): values.count
    }
  }

  /// Whether every number is finite.
  public var isFinite: Bool {
    switch values {
    case .float32(let values): values.allSatisfy(\.isFinite)
    case .float64(let values): values.allSatisfy(\.isFinite)
    }
  }
}
