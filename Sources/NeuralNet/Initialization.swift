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

  /// Values drawn evenly from [-b, b) with b = √(6 / (`fanIn` + `fanOut`)), for weights; biases start at 0.
  ///
  /// Glorot and Bengio (2010), equation 16; TensorFlow's default.
  ///
  /// - Parameters:
  ///   - count: How many values.
  ///   - fanIn: Inputs that each output sums, at least 1.
  ///   - fanOut: Outputs that each input reaches, at least 1.
  ///   - generator: What draws them, one number a value.
  /// - Returns: The values in the order drawn.
  public static func glorotUniform(
    count: Int, fanIn: Int, fanOut: Int, using generator: inout some RandomNumberGenerator
  ) -> [Float] {
    precondition(fanIn > 0 && fanOut > 0, "fans have to be at least 1, got \(fanIn) and \(fanOut)")
    let bound = (6 / Double(fanIn + fanOut)).squareRoot()
    return (0..<count).map { _ in Float(generator.nextUniform(in: -bound..<bound)) }
  }
}

/// How the weights and biases of convolutions and dense layers start.
public enum InitialWeights: Sendable {
  /// Weights and biases from ``Initialization/uniform(count:fanIn:using:)``, PyTorch's default.
  case uniform
  /// Weights from ``Initialization/glorotUniform(count:fanIn:fanOut:using:)``, biases 0: TensorFlow's default.
  case glorotUniform
}
