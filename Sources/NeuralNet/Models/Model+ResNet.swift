extension Model {
  /// A residual network of basic blocks (He et al., 2016) for small images: a first convolution of 3x3.
  ///
  /// One stage for each width, `blocks` blocks a stage; every stage but the first begins with a stride of 2. A
  /// block is two 3x3 convolutions with batch normalisation; where the shape changes, the shortcut is a 1x1
  /// convolution with batch normalisation. Names are those of torchvision: `layer1.0.conv1.weight`.
  ///
  /// The defaults are ResNet-18. Widths 16, 32 and 64 with n blocks are the 6n + 2 layers of the paper's
  /// section 4.2, here with projections.
  ///
  /// - Parameters:
  ///   - input: The size of the images, square.
  ///   - classes: From 1 to 256.
  ///   - widths: Channels of each stage, at least one stage.
  ///   - blocks: Blocks a stage, at least 1.
  /// - Returns: The model, whose last layer is called `fc`.
  /// - Throws: ``ModelError`` when the images are not square or a number is impossible.
  public static func resNet(
    input: Shape, classes: Int, widths: [Int] = [64, 128, 256, 512], blocks: Int = 2
  ) throws(ModelError) -> Model {
    guard !widths.isEmpty, widths.allSatisfy({ $0 > 0 }), blocks > 0 else {
      throw ModelError(
        "A ResNet of widths \(widths) and \(blocks) blocks has no layers. Give positive widths and blocks.")
    }
    try checkSize(widths: widths, blocks: blocks)
    var builder = try ModelBuilder(input: input)
    let stem = try builder.convolution(
      builder.input, "conv1", channels: widths[0], kernelSize: 3, padding: 1, bias: false)
    var x = builder.relu(builder.batchNorm(stem, "bn1"))
    for (stage, width) in widths.enumerated() {
      for block in 0..<blocks {
        x = try builder.basicBlock(
          x, "layer\(stage + 1).\(block)", channels: width, stride: stage > 0 && block == 0 ? 2 : 1)
      }
    }
    let logits = try builder.dense(try builder.globalAveragePool(x), "fc", outputs: classes)
    return try builder.build(logits: logits)
  }
}

extension Model {
  /// Refuses a ResNet whose layers alone would take minutes to lay out.
  private static func checkSize(widths: [Int], blocks: Int) throws(ModelError) {
    // Two convolutions of 3x3 a block.
    let parameters = widths.reduce(0.0) { $0 + 18 * Double($1) * Double($1) * Double(blocks) }
    guard blocks <= mostBlocks, parameters <= mostParameters else {
      let gigabytes = (parameters * 16 / 1e8).rounded() / 10
      throw ModelError(
        "A ResNet of widths \(widths) and \(blocks) blocks a stage takes at least \(gigabytes) GB for parameters, "
          + "gradients and Adam. Choose at most \(mostBlocks) blocks and narrower stages.")
    }
  }

  /// The deepest ResNet for CIFAR-10 has 200 (section 4.2 of the paper).
  private static var mostBlocks: Int { 1000 }

  /// The 32-bit sizes of the kernels end there.
  private static var mostParameters: Double { 0x1p31 }
}

extension ModelBuilder {
  /// A basic residual block (He et al., 2016, figure 5, left): relu(F(x) + shortcut(x)).
  ///
  /// - Throws: ``ModelError`` when a number is impossible.
  public mutating func basicBlock(
    _ x: Value, _ name: String, channels: Int, stride: Int = 1
  ) throws(ModelError) -> Value {
    let first = try convolution(
      x, name + ".conv1", channels: channels, kernelSize: 3, stride: stride, padding: 1, bias: false)
    let inner = relu(batchNorm(first, name + ".bn1"))
    let second = try convolution(
      inner, name + ".conv2", channels: channels, kernelSize: 3, padding: 1, bias: false)
    let residual = batchNorm(second, name + ".bn2")
    guard stride != 1 || shape(of: x).channels != channels else { return relu(try add(residual, x)) }
    let projection = try convolution(
      x, name + ".downsample.0", channels: channels, kernelSize: 1, stride: stride, bias: false)
    return relu(try add(residual, batchNorm(projection, name + ".downsample.1")))
  }
}
