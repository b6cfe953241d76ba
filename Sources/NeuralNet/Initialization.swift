import Randomness

/// Values that parameters start from.
public enum Initialization {
  /// Values drawn evenly from [-b, b) with b = 1 / √`fanIn`, for weights and biases alike.
  ///
  /// PyTorch's default for dense layers and convolutions: He et al. (2015) with a = √5.
  ///
  /// - Parameters:
  ///   - count: How many values.
  ///   - fanIn: Inputs that each output sums, at least 1.
  ///   - generator: What draws them, one number a value.
  /// - Returns: The values in the order drawn.
  public static func uniform(
    count: Int, fanIn: Int, using generator: inout some RandomNumberGenerator
  ) -> [Float] {
    precondition(fanIn > 0, "an initialisation needs a fan-in of at least 1, got \(fanIn)")
    let bound = 1 / Double(fanIn).squareRoot()
    return (0..<count).map { _ in Float(generator.nextUniform(in: -bound..<bound)) }
  }
}
