extension Model {
  /// A small convolutional network with batch normalisation.
  ///
  /// Three convolutions of 3x3 with 16, 32 and 64 channels and strides 1, 2 and 2, each followed by batch normalisation
  /// and ReLU, then the mean of each map and a dense layer, named conv1, bn1 to conv3, bn3 and fc.
  ///
  /// - Parameters:
  ///   - input: The size of the images, square.
  ///   - classes: From 1 to 256.
  ///   - width: Factor of the channels, each count rounded to at least 1; 1 by default.
  /// - Returns: The model, with 24,058 parameters for ten classes of grey images and width 1.
  /// - Throws: ``ModelError`` when the images are not square, or the width is not from 0.01 to 100.
  public static func smallCNN(input: Shape, classes: Int, width: Double = 1) throws(ModelError) -> Model {
    var builder = try ModelBuilder(input: input)
    var x = builder.input
    for (layer, channels) in [16, 32, 64].enumerated() {
      let convolved = try builder.convolution(
        x, "conv\(layer + 1)", channels: ModelSpecification.scaled(channels, by: width), kernelSize: 3,
        stride: layer == 0 ? 1 : 2, padding: 1, bias: false)
      x = builder.relu(builder.batchNorm(convolved, "bn\(layer + 1)"))
    }
    let logits = try builder.dense(try builder.globalAveragePool(x), "fc", outputs: classes)
    return try builder.build(logits: logits)
  }
}
