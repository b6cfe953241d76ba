internal import Kernels
import Randomness

/// A small network over rows at work: parameters, gradient, and the memory of a pass.
///
/// ``use(_:)`` turns it into another network without new memory where that suffices: a training over thousands of
/// problems uses one object a core.
public final class RowNetwork {
  /// The network.
  public private(set) var model: RowModel
  /// All parameters, padding included, which is always 0.
  public private(set) var parameters: AlignedBuffer<Float>
  /// The gradient of the last loss by each of them.
  public private(set) var gradient: AlignedBuffer<Float>

  /// Running means and variances of batch normalizations; a pass in training moves them.
  public private(set) var statistics: AlignedBuffer<Float>
  /// Decides, with ``trainingPasses``, what dropout sets to 0.
  public var dropoutSeed: UInt32 = 0
  /// Passes in training so far.
  public var trainingPasses: UInt32 = 0

  let kernels: UnsafePointer<KernelTable>
  var steps: [LayerMemory] = []
  private var capacity = 0
  private var rows = 0
  private var buffers: [AlignedBuffer<Float>] = []
  /// Two buffers for the derivative by a layer's outputs, one for that by a residual connection, one for patches, one for
  /// a transposed matrix.
  private var scratch: [UnsafeMutablePointer<Float>] = []

  /// Where a layer keeps what its backward pass needs.
  struct LayerMemory {
    var layer: RowModel.Layer
    /// What the product reads (rows places, padded inputs): the layer's input, or its patches.
    var input: UnsafeMutablePointer<Float>
    /// What the product gives, normalized where the network does (rows places, padded outputs).
    var product: UnsafeMutablePointer<Float>
    /// The layer's output; the product itself for the last.
    var output: UnsafeMutablePointer<Float>
    /// What each row was multiplied with to be normalized.
    var scales: UnsafeMutablePointer<Float>
    /// What the activation reads: the product, or what a batch normalization makes of it.
    var activated: UnsafeMutablePointer<Float>
    /// Six vectors of a batch normalization (padded outputs).
    var vectors: UnsafeMutablePointer<Float>
  }

  /// A network of zeros; ``initialize(scale:using:)`` draws its weights.
  ///
  /// - Parameters:
  ///   - model: The network.
  ///   - instructionSet: Which kernels run; the fastest of this processor by default.
  /// - Precondition: The instruction set is available.
  public init(_ model: RowModel, instructionSet: InstructionSet = .best) {
    self.model = model
    kernels = instructionSet.table
    parameters = AlignedBuffer(count: model.count)
    gradient = AlignedBuffer(count: model.count)
    statistics = AlignedBuffer(count: model.statisticsCount)
  }

  /// Becomes another network; parameters are then 0.
  public func use(_ model: RowModel) {
    guard model != self.model else { return }
    self.model = model
    parameters = AlignedBuffer(count: model.count)
    gradient = AlignedBuffer(count: model.count)
    statistics = AlignedBuffer(count: model.statisticsCount)
    rows = 0
  }

  /// Begins a run: draws weights from a normal distribution of deviation `scale gain / √inputs`.
  ///
  /// The gain is √2 before relu and gelu, else 1; biases are 0 (He et al., 2015). Batch normalizations begin with the
  /// identity.
  public func initialize(scale: Double, using generator: inout SeededGenerator) {
    parameters.elements.update(repeating: 0)
    trainingPasses = 0
    beginBatchNorms()
    for (index, layer) in model.layers.enumerated() {
      let isHidden = index < model.layers.count - 1
      let gain = isHidden && model.activation != .tanh ? Double(2).squareRoot() : 1
      let deviation =
        scale * gain / Double(layer.isConvolution ? layer.inputs : layer.realInputs).squareRoot()
      for input in 0..<layer.paddedInputs where !layer.isPadding(input) {
        let row = parameters.pointer + layer.weights + input * layer.paddedOutputs
        for output in 0..<layer.outputs { row[output] = Float(generator.nextNormal() * deviation) }
      }
    }
  }

  /// The weights of the last layer without biases and padding: mean and variance.
  public func lastLayerMoments() -> (mean: Double, variance: Double) {
    guard let layer = model.layers.last else { return (0, 0) }
    var (sum, squares, count) = (0.0, 0.0, 0)
    for input in 0..<layer.paddedInputs where !layer.isPadding(input) {
      let row = parameters.pointer + layer.weights + input * layer.paddedOutputs
      for output in 0..<layer.outputs {
        let value = Double(row[output])
        sum += value
        squares += value * value
      }
      count += layer.outputs
    }
    let mean = sum / Double(count)
    return (mean, max(squares / Double(count) - mean * mean, 0))
  }

  /// Takes the memory of passes over up to `count` rows.
  func prepare(_ count: Int) {
    guard count > rows else { return }
    rows = count
    let layers = model.layers
    var needed = 0
    func floats(_ number: Int) -> Int { RowModel.padded(number) }
    var widest = 0
    var largestMatrix = 0
    var largestPatches = 16
    for layer in layers {
      let products = count * layer.places
      let patches = layer.isConvolution ? floats(products * layer.paddedInputs) : 0
      needed += patches + 2 * floats(products * layer.paddedOutputs) + floats(products)
      if layer.gain != nil {
        needed += floats(products * layer.paddedOutputs) + 6 * layer.paddedOutputs
      }
      widest = max(widest, products * layer.paddedOutputs, count * model.stride)
      largestMatrix = max(largestMatrix, floats(layer.paddedInputs) * floats(layer.paddedOutputs))
      largestPatches = max(largestPatches, patches)
    }
    needed += 3 * floats(widest) + floats(largestMatrix) + floats(largestPatches)
    if needed > capacity {
      capacity = needed
      buffers = [AlignedBuffer(count: needed)]
    }
    var next = buffers[0].pointer
    func take(_ number: Int) -> UnsafeMutablePointer<Float> {
      defer { next += floats(number) }
      return next
    }
    steps = layers.map { layer in
      let products = count * layer.places
      // A dense layer reads the output before it.
      let input = take(layer.isConvolution ? products * layer.paddedInputs : 0)
      let product = take(products * layer.paddedOutputs)
      let output = take(products * layer.paddedOutputs)
      let scales = take(products)
      let activated = layer.gain == nil ? product : take(products * layer.paddedOutputs)
      let vectors = take(layer.gain == nil ? 0 : 6 * layer.paddedOutputs)
      return LayerMemory(
        layer: layer, input: input, product: product, output: output, scales: scales,
        activated: activated,
        vectors: vectors)
    }
    scratch = [take(widest), take(widest), take(widest), take(largestPatches), take(largestMatrix)]
  }

  /// Computes the outputs of `count` rows of `x` at given weights; the last layer's product holds them.
  ///
  /// Training normalizes by the statistics of the batch and drops outputs, an evaluation does not.
  func forward(
    _ weights: UnsafePointer<Float>, _ x: UnsafePointer<Float>, count: Int, isTraining: Bool
  ) {
    prepare(count)
    let activation = model.activation.kernelValue
    var input = UnsafeMutablePointer(mutating: x)
    for index in steps.indices {
      let step = steps[index]
      let layer = step.layer
      let products = Int32(count * layer.places)
      var read = input
      if layer.isConvolution {
        let stride = index == 0 ? model.stride : layer.side * layer.side * layer.channels
        kernels.pointee.rowPatches(
          Int32(count), Int32(layer.side), Int32(layer.channels), stride, input, step.input)
        read = step.input
      }
      steps[index].input = read
      kernels.pointee.rowProduct(
        products, Int32(layer.paddedOutputs), Int32(layer.paddedInputs), read, layer.paddedInputs,
        1,
        weights + layer.weights, layer.paddedOutputs,
        layer.gain == nil ? weights + layer.bias : nil, step.product,
        layer.paddedOutputs)
      guard index < steps.count - 1 else { return }
      if model.normalizes {
        kernels.pointee.rowNormalize(
          products, Int32(layer.outputs), Int32(layer.paddedOutputs), step.product, step.scales)
      }
      if let gain = layer.gain {
        batchNormalize(step, weights, gain: gain, rows: products, isTraining: isTraining)
      }
      let floats = Int(products) * layer.paddedOutputs
      kernels.pointee.rowActivate(activation, floats, step.activated, step.output)
      if isTraining { drop(index, step.output, floats) }
      if layer.isResidual { kernels.pointee.add(floats, step.output, read, step.output) }
      input = step.output
    }
  }

  /// From the derivative by the outputs, in the last layer's product, to the gradient by the parameters.
  ///
  /// - Parameters:
  ///   - weights: The parameters.
  ///   - count: The rows of the forward pass, which was one in training.
  ///   - first: Set to the gradient of all rows, or of the first half of them where `second` is given.
  ///   - second: Set to the gradient of the other half.
  func backward(
    _ weights: UnsafePointer<Float>, count: Int, into first: UnsafeMutablePointer<Float>,
    _ second: UnsafeMutablePointer<Float>? = nil
  ) {
    let last = steps.count - 1
    var slope = steps[last].product
    var spare = (scratch[0], scratch[1])
    var isAfterResidual = false
    for index in stride(from: last, through: 0, by: -1) {
      let step = steps[index]
      let layer = step.layer
      if let second {
        let half = count / 2
        weightGradient(step, slope, rows: 0..<half * layer.places, into: first)
        weightGradient(step, slope, rows: half * layer.places..<count * layer.places, into: second)
      } else {
        weightGradient(step, slope, rows: 0..<count * layer.places, into: first)
      }
      guard index > 0 else { return }
      let before = steps[index - 1]
      let floats = count * before.layer.places * before.layer.paddedOutputs
      let next = spare.0
      inputGradient(weights, step, slope, count: count, stride: floats / count, into: next)
      if isAfterResidual { kernels.pointee.add(floats, next, scratch[2], next) }
      isAfterResidual = before.layer.isResidual
      if isAfterResidual { scratch[2].update(from: next, count: floats) }
      drop(index - 1, next, floats)
      kernels.pointee.rowActivateBackward(
        model.activation.kernelValue, floats, before.activated, next)
      if let gain = before.layer.gain {
        batchNormalizeBackward(before, weights, gain: gain, next, count: count, into: first, second)
      }
      if model.normalizes {
        kernels.pointee.rowNormalizeBackward(
          Int32(count * before.layer.places), Int32(before.layer.outputs),
          Int32(before.layer.paddedOutputs),
          before.product, before.scales, next)
      }
      (slope, spare) = (next, (spare.1, next))
    }
  }

  private func weightGradient(
    _ step: LayerMemory, _ slope: UnsafePointer<Float>, rows: Range<Int>,
    into gradient: UnsafeMutablePointer<Float>
  ) {
    let layer = step.layer
    let slopes = slope + rows.lowerBound * layer.paddedOutputs
    kernels.pointee.rowProduct(
      Int32(layer.paddedInputs), Int32(layer.paddedOutputs), Int32(rows.count),
      step.input + rows.lowerBound * layer.paddedInputs, 1, layer.paddedInputs, slopes,
      layer.paddedOutputs,
      nil, gradient + layer.weights, layer.paddedOutputs)
    // A batch normalization has found the gradient of its shifts.
    guard layer.gain == nil else { return }
    kernels.pointee.rowSums(
      Int32(rows.count), Int32(layer.paddedOutputs), slopes, gradient + layer.bias)
  }

  private func inputGradient(
    _ weights: UnsafePointer<Float>, _ step: LayerMemory, _ slope: UnsafePointer<Float>, count: Int,
    stride: Int, into result: UnsafeMutablePointer<Float>
  ) {
    let layer = step.layer
    kernels.pointee.rowTranspose(
      Int32(layer.paddedInputs), Int32(layer.paddedOutputs), weights + layer.weights, scratch[4])
    let target = layer.isConvolution ? scratch[3] : result
    kernels.pointee.rowProduct(
      Int32(count * layer.places), Int32(layer.paddedInputs), Int32(layer.outputs), slope,
      layer.paddedOutputs, 1, scratch[4], layer.paddedInputs, nil, target, layer.paddedInputs)
    guard layer.isConvolution else { return }
    kernels.pointee.rowPatchesBackward(
      Int32(count), Int32(layer.side), Int32(layer.channels), stride, target, result)
  }
}

extension RowModel.Layer {
  /// Inputs of a dense layer that are no padding.
  var realInputs: Int { paddedInputs / inputGroup * realInGroup }
}
