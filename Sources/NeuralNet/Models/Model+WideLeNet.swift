extension Model {
  /// The LeNet of TensorFlow's own models of 2019 (`slim/nets/lenet.py`, `official/mnist`).
  ///
  /// Two convolutions of 5x5 with 32 and 64 channels that keep the size, each followed by ReLU and 2x2 max
  /// pooling, then dense layers of 1,024 and `classes`, named conv1, conv2, fc1 and fc2. Weights start as
  /// ``InitialWeights/glorotUniform``.
  ///
  /// - Parameters:
  ///   - input: The size of the images.
  ///   - classes: From 1 to 256.
  ///   - width: Factor of the channels and units of all layers but the last, each rounded to at least 1; 1 by default.
  ///   - dropout: Share of fc1's units that a training step leaves out, from 0, the default, to below 1; theirs have 0.4
  ///     and 0.5.
  /// - Returns: The model, with 3,274,634 parameters for ten classes of 28x28 grey images and width 1.
  /// - Throws: ``ModelError`` when the images are smaller than 4x4, the width is not from 0.01 to 100, or the
  ///   dropout is impossible.
  public static func wideLeNet(
    input: Shape, classes: Int, width: Double = 1, dropout: Double = 0
  ) throws(ModelError) -> Model {
    func scaled(_ count: Int) throws(ModelError) -> Int { try ModelSpecification.scaled(count, by: width) }
    guard (0..<1).contains(dropout) else {
      throw ModelError("A dropout of \(dropout) is impossible. Choose a share from 0 to below 1.")
    }
    var builder = try ModelBuilder(input: input)
    let first = try builder.convolution(
      builder.input, "conv1", channels: scaled(32), kernelSize: 5, padding: 2)
    let pooled = try builder.maxPool(builder.relu(first), size: 2)
    let second = try builder.convolution(pooled, "conv2", channels: scaled(64), kernelSize: 5, padding: 2)
    let features = try builder.maxPool(builder.relu(second), size: 2)
    var hidden = builder.relu(try builder.dense(features, "fc1", outputs: scaled(1024)))
    if dropout > 0 { hidden = builder.dropout(hidden, rate: dropout) }
    let logits = try builder.dense(hidden, "fc2", outputs: classes)
    return try builder.build(logits: logits, initialWeights: .glorotUniform)
  }
}
