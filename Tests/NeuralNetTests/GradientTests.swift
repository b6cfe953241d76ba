import NeuralNet
import Randomness
import Testing

/// Every gradient against central differences of the loss, which share nothing with the backward pass.
@Suite("Gradients against central differences")
struct GradientTests {
  static let batches = [3, 37]

  @Test("Convolutions of every stride, padding, kernel and bias", arguments: batches)
  func convolutions(batch: Int) throws {
    for (kernel, stride, padding, bias) in [
      (1, 1, 0, true), (3, 1, 1, false), (3, 2, 1, true), (2, 1, 1, true), (5, 3, 2, false), (3, 2, 0, true),
    ] {
      try check(batch: batch, "kernel \(kernel), stride \(stride), padding \(padding)") {
        builder, x throws(ModelError) in
        try builder.convolution(
          x, "middle", channels: 5, kernelSize: kernel, stride: stride, padding: padding, bias: bias)
      }
    }
  }

  @Test("Pooling of maxima and of means", arguments: batches)
  func pooling(batch: Int) throws {
    for (size, stride, padding) in [(2, 2, 0), (3, 2, 1), (2, 1, 0), (3, 3, 0)] {
      try check(batch: batch, "maxima \(size), \(stride), \(padding)") { builder, x throws(ModelError) in
        try builder.maxPool(x, size: size, stride: stride, padding: padding)
      }
      try check(batch: batch, "means \(size), \(stride), \(padding)") { builder, x throws(ModelError) in
        try builder.averagePool(x, size: size, stride: stride, padding: padding)
      }
    }
  }

  @Test("ReLU, dense layers, batch normalisation", arguments: batches)
  func elementary(batch: Int) throws {
    try check(batch: batch, "relu") { builder, x in builder.relu(x) }
    try check(batch: batch, "dense") { builder, x throws(ModelError) in
      try builder.dense(x, "middle", outputs: 11)
    }
    try check(batch: batch, "norm") { builder, x in builder.batchNorm(x, "bn") }
    try check(batch: batch, "norm and relu") { builder, x in builder.relu(builder.batchNorm(x, "bn")) }
  }

  @Test(
    "ReLU and pooling that the kernels fuse with a convolution, and such that they cannot", arguments: batches
  )
  func fusion(batch: Int) throws {
    try check(batch: batch, "fused") { builder, x throws(ModelError) in
      let y = builder.relu(try builder.convolution(x, "middle", channels: 5, kernelSize: 2))
      return try builder.maxPool(y, size: 2)
    }
    try check(batch: batch, "read twice") { builder, x throws(ModelError) in
      let y = builder.relu(try builder.convolution(x, "middle", channels: 5, kernelSize: 2))
      return try builder.add(try builder.maxPool(y, size: 2), try builder.averagePool(y, size: 2))
    }
  }

  @Test("Values that several layers read, and sums of a value with itself", arguments: batches)
  func sharing(batch: Int) throws {
    try check(batch: batch, "three readers") { builder, x throws(ModelError) in
      let a = try builder.convolution(x, "a", channels: 4, kernelSize: 3, padding: 1)
      let b = builder.relu(x)
      return try builder.add(try builder.add(a, b), try builder.add(x, b))
    }
    try check(batch: batch, "twice itself") { builder, x throws(ModelError) in
      let y = builder.relu(try builder.add(x, x))
      return try builder.add(builder.relu(y), y)
    }
    try check(batch: batch, "residual of norms") { builder, x throws(ModelError) in
      let y = try builder.basicBlock(x, "block1", channels: 4)
      return try builder.basicBlock(y, "block2", channels: 6, stride: 2)
    }
  }

  @Test("The whole of LeNet, of a narrow wide LeNet, of an MLP, of a small CNN and of a small ResNet")
  func models() throws {
    let grey = Model.Shape(channels: 1, height: 28, width: 28)
    try check(.leNet(input: grey, classes: 10), batch: 5, "LeNet")
    try check(.wideLeNet(input: grey, classes: 10, width: 0.2, dropout: 0.4), batch: 5, "wide LeNet")
    try check(.mlp(input: .init(channels: 1, height: 6, width: 5), classes: 10, width: 0.2), batch: 19, "MLP")
    let colour = Model.Shape(channels: 3, height: 8, width: 8)
    try check(.smallCNN(input: colour, classes: 10, width: 0.25), batch: 64, "small CNN")
    try check(.resNet(input: colour, classes: 10, widths: [4, 6], blocks: 1), batch: 19, "ResNet")
  }

  /// Checks a layer between a convolution, whose gradient needs that of the layer's input, and a dense layer.
  private func check(
    batch: Int, _ name: String,
    layer: (inout ModelBuilder, ModelBuilder.Value) throws(ModelError) -> ModelBuilder.Value
  ) throws {
    var builder = try ModelBuilder(input: .init(channels: 2, height: 7, width: 6))
    let x = try builder.convolution(builder.input, "first", channels: 4, kernelSize: 3, padding: 1)
    let y = try layer(&builder, x)
    let logits = try builder.dense(y, "last", outputs: 3)
    try check(builder.build(logits: logits), batch: batch, name)
  }

  private func check(_ model: Model, batch: Int, _ name: String) throws {
    var generator = SeededGenerator(seed: 11)
    let network = Network(model, maximumBatch: batch, generator: &generator)
    let source = randomImages(batch, of: model, using: &generator)
    let indices = (0..<Int32(batch)).map { $0 }
    _ = network.lossAndGradient(source, indices: indices)
    let gradient = Array(network.gradient.elements)
    func loss(moving entry: Range<Int>, by direction: [Float], times distance: Float) -> Double {
      let values = Array(network.parameters.elements)
      for (place, share) in zip(entry, direction) { network.parameters.elements[place] += distance * share }
      defer { network.parameters.assign(values) }
      return network.lossAndGradient(source, indices: indices)
    }
    for entry in model.parameters.entries {
      let slopes = Array(gradient[entry.range])
      let norm = slopes.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let largest = slopes.map(abs).max() ?? 0
      // Along the gradient, where the slope is its norm, and along single parameters.
      var directions = [slopes.map { $0 / max(norm, 1e-20) }]
      for _ in 0..<2 {
        var single = [Float](repeating: 0, count: slopes.count)
        single[generator.nextIndex(below: slopes.count)] = 1
        directions.append(single)
      }
      for direction in directions {
        let expected = zip(slopes, direction).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        // Long steps cross the kinks of ReLU and maxima, short ones drown in rounding: one of them must do.
        let errors = [4e-3, 1e-3, 2.5e-4].map { (step: Float) in
          let rise =
            loss(moving: entry.range, by: direction, times: step)
            - loss(moving: entry.range, by: direction, times: -step)
          return abs(rise / Double(2 * step) - expected)
        }
        let error = try #require(errors.min())
        #expect(error <= 0.005 * abs(expected) + 0.03 * Double(largest) + 1e-4, "\(name): \(entry.name)")
      }
    }
  }
}

/// Images of random bytes with random labels, and scales unlike 1.
func randomImages(_ count: Int, of model: Model, using generator: inout SeededGenerator) -> ImageSource {
  let pixels = (0..<count * model.input.count).map { _ in UInt8(generator.nextIndex(below: 256)) }
  let labels = (0..<count).map { _ in UInt8(generator.nextIndex(below: model.classes)) }
  return ImageSource(
    pixels: pixels, labels: labels,
    mean: (0..<model.input.channels).map { Float(100 + 20 * $0) },
    standardDeviation: (0..<model.input.channels).map { Float(60 + 5 * $0) })
}
