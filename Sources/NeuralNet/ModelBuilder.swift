internal import Kernels

/// Puts a network together, layer after layer.
///
/// ```swift
/// var builder = try ModelBuilder(input: .init(channels: 1, height: 28, width: 28))
/// let features = builder.relu(try builder.convolution(builder.input, "conv", channels: 8, kernelSize: 5))
/// let pooled = try builder.maxPool(features, size: 2)
/// let logits = try builder.dense(pooled, "fc", outputs: 10)
/// let model = try builder.build(logits: logits)
/// ```
public struct ModelBuilder {
  /// The result of a layer, which later layers of the same builder may read.
  public struct Value: Sendable, Equatable {
    let index: Int
  }

  private var parameters = ParameterTable()
  private var statistics = ParameterTable()
  private var nodes: [Model.Node] = []
  private var shapes: [Model.Shape]

  /// A network of no layers yet.
  ///
  /// - Throws: ``ModelError`` when a side of the input is less than 1.
  public init(input: Model.Shape) throws(ModelError) {
    guard input.channels > 0, input.height > 0, input.width > 0 else {
      throw ModelError("Images of \(input) have no pixels. Give at least one channel, row and column.")
    }
    shapes = [input]
  }

  /// The images, standardised.
  public var input: Value { Value(index: 0) }

  /// The size of a value.
  public func shape(of value: Value) -> Model.Shape { shapes[value.index] }

  /// A convolution with zero padding (cross-correlation, as everywhere in deep learning).
  ///
  /// A side of n becomes (n + 2 `padding` - `kernelSize`) / `stride` + 1, rounded down. Its parameters are
  /// `name.weight` of shape (out, in, height, width) and, with `bias`, `name.bias`.
  ///
  /// - Throws: ``ModelError`` when the kernel is larger than the padded value, or a number is impossible.
  public mutating func convolution(
    _ x: Value, _ name: String, channels: Int, kernelSize: Int, stride: Int = 1, padding: Int = 0,
    bias: Bool = true
  ) throws(ModelError) -> Value {
    let from = shape(of: x)
    guard channels > 0 else { throw ModelError("Convolution '\(name)' needs a channel, got \(channels).") }
    let side = try windows(name, over: from, size: kernelSize, stride: stride, padding: padding)
    let weight = parameters.declare(
      name + ".weight", shape: [channels, from.channels, kernelSize, kernelSize])
    let offset = bias ? parameters.declare(name + ".bias", shape: [channels]) : nil
    let shape = ConvolutionShape(
      inputChannels: Int32(from.channels), inputHeight: Int32(from.height), inputWidth: Int32(from.width),
      outputChannels: Int32(channels), outputHeight: Int32(side.height), outputWidth: Int32(side.width),
      kernelHeight: Int32(kernelSize), kernelWidth: Int32(kernelSize), stride: Int32(stride),
      padding: Int32(padding), hasBias: bias)
    return append(
      .convolution(.init(shape: shape, weight: weight, bias: offset)), from: [x],
      to: .init(channels: channels, height: side.height, width: side.width))
  }

  /// A dense layer, y = W x + b, over all numbers of `x` in the order (channel, row, column).
  ///
  /// Its parameters are `name.weight` of shape (out, in) and `name.bias`.
  ///
  /// - Throws: ``ModelError`` when `outputs` is less than 1.
  public mutating func dense(_ x: Value, _ name: String, outputs: Int) throws(ModelError) -> Value {
    guard outputs > 0 else { throw ModelError("Dense layer '\(name)' needs an output, got \(outputs).") }
    let inputs = shape(of: x).count
    let weight = parameters.declare(name + ".weight", shape: [outputs, inputs])
    let bias = parameters.declare(name + ".bias", shape: [outputs])
    let shape = DenseShape(inputs: Int32(inputs), outputs: Int32(outputs))
    return append(
      .dense(.init(shape: shape, weight: weight, bias: bias)), from: [x],
      to: .init(channels: outputs, height: 1, width: 1))
  }

  /// The maximum of each window; a `stride` of nil is `size`.
  ///
  /// - Throws: ``ModelError`` when the window is larger than the padded value, padding exceeds half of it,
  ///   or its side exceeds 16.
  public mutating func maxPool(
    _ x: Value, size: Int, stride: Int? = nil, padding: Int = 0
  ) throws(ModelError) -> Value {
    guard size <= 16 else { throw ModelError("Max pooling takes windows up to 16x16, got \(size)x\(size).") }
    let pool = try pool("max pooling", x, size: size, stride: stride ?? size, padding: padding)
    return append(.maxPool(pool.shape), from: [x], to: pool.output)
  }

  /// The mean of each window, padding counted as zeros; a `stride` of nil is `size`.
  ///
  /// - Throws: ``ModelError`` when the window is larger than the padded value, or padding exceeds half of it.
  public mutating func averagePool(
    _ x: Value, size: Int, stride: Int? = nil, padding: Int = 0
  ) throws(ModelError) -> Value {
    let pool = try pool("average pooling", x, size: size, stride: stride ?? size, padding: padding)
    return append(.averagePool(pool.shape), from: [x], to: pool.output)
  }

  /// The mean of each feature map.
  ///
  /// - Throws: ``ModelError`` when the maps are not square.
  public mutating func globalAveragePool(_ x: Value) throws(ModelError) -> Value {
    let from = shape(of: x)
    guard from.height == from.width else {
      throw ModelError("Global average pooling needs square maps, got \(from). Use square images.")
    }
    return try averagePool(x, size: from.height)
  }

  /// The positive part, max(x, 0).
  public mutating func relu(_ x: Value) -> Value {
    append(.relu, from: [x], to: shape(of: x))
  }

  /// Dropout (Srivastava et al., 2014): in training each number of `x` is 0 with probability `rate`, and else divided by
  /// 1 - `rate`.
  ///
  /// - Precondition: `x` is not the input, and no other layer reads it.
  mutating func dropout(_ x: Value, rate: Double) -> Value {
    append(.dropout(rate), from: [x], to: shape(of: x))
  }

  /// Batch normalisation of each channel (Ioffe and Szegedy, 2015): epsilon 1e-5, momentum 0.1.
  ///
  /// Its parameters are `name.weight` and `name.bias`, its statistics `name.running_mean` and
  /// `name.running_var`.
  public mutating func batchNorm(_ x: Value, _ name: String) -> Value {
    let from = shape(of: x)
    let axis = [from.channels]
    return append(
      .batchNorm(
        .init(
          channels: from.channels, area: from.area,
          weight: parameters.declare(name + ".weight", shape: axis),
          bias: parameters.declare(name + ".bias", shape: axis),
          runningMean: statistics.declare(name + ".running_mean", shape: axis),
          runningVariance: statistics.declare(name + ".running_var", shape: axis))),
      from: [x], to: from)
  }

  /// The sum of two values of the same shape, which makes a residual connection.
  ///
  /// - Throws: ``ModelError`` when the shapes differ.
  public mutating func add(_ a: Value, _ b: Value) throws(ModelError) -> Value {
    guard shape(of: a) == shape(of: b) else {
      throw ModelError(
        "Values of \(shape(of: a)) and \(shape(of: b)) cannot be added. Project one of them to the other.")
    }
    return append(.add, from: [a, b], to: shape(of: a))
  }

  /// The finished network, whose last layer made `logits`: one for each class.
  ///
  /// - Parameters:
  ///   - logits: The last value.
  ///   - initialWeights: How convolutions and dense layers start.
  /// - Returns: The network, whose weights a ``Network`` holds.
  /// - Throws: ``ModelError`` when `logits` is not the last value, is not flat, or is more than 256 classes.
  public func build(
    logits: Value, initialWeights: InitialWeights = .uniform
  ) throws(ModelError) -> Model {
    guard !nodes.isEmpty, logits.index == shapes.count - 1 else {
      throw ModelError("The logits must be the result of the last layer. Build them last.")
    }
    let last = shape(of: logits)
    guard last.area == 1, last.channels <= 256 else {
      throw ModelError("Logits must be flat and at most 256, got \(last). End with a dense layer.")
    }
    return Model(
      parameters: parameters, statistics: statistics, classes: last.channels,
      initialWeights: initialWeights, nodes: nodes, shapes: shapes)
  }

  private mutating func append(
    _ operation: Model.Operation, from inputs: [Value], to output: Model.Shape
  ) -> Value {
    shapes.append(output)
    let value = Value(index: shapes.count - 1)
    nodes.append(Model.Node(operation: operation, inputs: inputs.map(\.index), output: value.index))
    return value
  }

  private func windows(
    _ name: String, over from: Model.Shape, size: Int, stride: Int, padding: Int
  ) throws(ModelError) -> (height: Int, width: Int) {
    guard size > 0, stride > 0, padding >= 0 else {
      throw ModelError("'\(name)' cannot have size \(size), stride \(stride) and padding \(padding).")
    }
    let (height, width) = (from.height + 2 * padding - size, from.width + 2 * padding - size)
    guard height >= 0, width >= 0 else {
      throw ModelError(
        "A window of \(size) in '\(name)' does not fit a map of \(from.height)x\(from.width) with padding "
          + "\(padding). Use larger images or a smaller network.")
    }
    return (height / stride + 1, width / stride + 1)
  }

  private func pool(
    _ name: String, _ x: Value, size: Int, stride: Int, padding: Int
  ) throws(ModelError) -> (shape: PoolShape, output: Model.Shape) {
    let from = shape(of: x)
    let side = try windows(name, over: from, size: size, stride: stride, padding: padding)
    guard 2 * padding <= size else {
      throw ModelError("A window of \(size) in \(name) takes padding up to \(size / 2), got \(padding).")
    }
    let shape = PoolShape(
      channels: Int32(from.channels), inputHeight: Int32(from.height), inputWidth: Int32(from.width),
      outputHeight: Int32(side.height), outputWidth: Int32(side.width), size: Int32(size),
      stride: Int32(stride), padding: Int32(padding))
    return (shape, .init(channels: from.channels, height: side.height, width: side.width))
  }
}
