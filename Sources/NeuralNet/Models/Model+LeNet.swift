extension Model {
  /// LeNet-5 (LeCun et al., 1998, figure 2) with ReLU and max pooling instead of sigmoids and subsampling.
  ///
  /// Two convolutions of 5x5 with 6 and 16 channels, each followed by ReLU and 2x2 max pooling, then dense
  /// layers of 120, 84 and `classes`, named conv1, conv2, fc1, fc2 and fc3. The original's images are 32x32;
  /// smaller ones are padded by 2 on each side, which brings 28x28 to that size.
  ///
  /// - Parameters:
  ///   - input: The size of the images.
  ///   - classes: From 1 to 256.
  ///   - width: Factor of the channels and units of all layers but the last, each rounded to at least 1; 1 by default.
  /// - Returns: The model, with 61,706 parameters for ten classes of 28x28 grey images and width 1.
  /// - Throws: ``ModelError`` when the images are smaller than 12x12, or the width is not from 0.01 to 100.
  public static func leNet(input: Shape, classes: Int, width: Double = 1) throws(ModelError) -> Model {
    func scaled(_ count: Int) throws(ModelError) -> Int { try ModelSpecification.scaled(count, by: width) }
    var builder = try ModelBuilder(input: input)
    let padding = min(input.height, input.width) < 32 ? 2 : 0
    let first = try builder.convolution(
      builder.input, "conv1", channels: scaled(6), kernelSize: 5, padding: padding)
    let pooled = try builder.maxPool(builder.relu(first), size: 2)
    let second = try builder.convolution(pooled, "conv2", channels: scaled(16), kernelSize: 5)
    let features = try builder.maxPool(builder.relu(second), size: 2)
    let hidden = builder.relu(try builder.dense(features, "fc1", outputs: scaled(120)))
    let narrow = builder.relu(try builder.dense(hidden, "fc2", outputs: scaled(84)))
    let logits = try builder.dense(narrow, "fc3", outputs: classes)
    return try builder.build(logits: logits)
  }
}
