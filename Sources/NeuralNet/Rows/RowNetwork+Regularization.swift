internal import Kernels

/// Batch normalization (Ioffe and Szegedy, 2015, algorithm 1) as PyTorch defines it: epsilon 1e-5, momentum 0.1, unbiased
/// running variance. Vectors of a layer: mean, variance, scale, shift, and sums and products of slopes.
extension RowNetwork {
  private static let epsilon: Float = 1e-5
  private static let momentum: Float = 0.1

  /// Scales 1, shifts 0, running means 0, running variances 1.
  func beginBatchNorms() {
    statistics.elements.update(repeating: 0)
    for layer in model.layers {
      guard let gain = layer.gain else { continue }
      for place in 0..<layer.outputs {
        parameters.pointer[gain + place] = 1
        statistics.pointer[layer.statistics + layer.paddedOutputs + place] = 1
      }
    }
  }

  /// From the product to what the activation reads; training leaves the product normalized.
  func batchNormalize(
    _ step: LayerMemory, _ weights: UnsafePointer<Float>, gain: Int, rows: Int32, isTraining: Bool
  ) {
    let (layer, width) = (step.layer, step.layer.paddedOutputs)
    let columns = Int32(width)
    let (mean, variance) = (step.vectors, step.vectors + width)
    let (scale, shift) = (step.vectors + 2 * width, step.vectors + 3 * width)
    let (gains, shifts) = (weights + gain, weights + layer.bias)
    let running = statistics.pointer + layer.statistics
    guard isTraining else {
      for n in 0..<width {
        scale[n] = gains[n] / (running[width + n] + Self.epsilon).squareRoot()
        shift[n] = shifts[n] - running[n] * scale[n]
      }
      kernels.pointee.rowScaleAndShift(rows, columns, step.product, scale, shift, step.activated)
      return
    }
    kernels.pointee.rowMoments(rows, columns, step.product, mean, variance)
    let unbiased = Float(rows) / Float(max(rows - 1, 1))
    for n in 0..<layer.outputs {
      running[n] += Self.momentum * (mean[n] - running[n])
      running[width + n] += Self.momentum * (variance[n] * unbiased - running[width + n])
    }
    for n in 0..<width {
      scale[n] = 1 / (variance[n] + Self.epsilon).squareRoot()
      shift[n] = -mean[n] * scale[n]
    }
    kernels.pointee.rowScaleAndShift(rows, columns, step.product, scale, shift, step.product)
    kernels.pointee.rowScaleAndShift(rows, columns, step.product, gains, shifts, step.activated)
  }

  /// From the derivative by what the activation reads to that by the product, and the gradients of scales and shifts.
  func batchNormalizeBackward(
    _ step: LayerMemory, _ weights: UnsafePointer<Float>, gain: Int,
    _ slope: UnsafeMutablePointer<Float>,
    count: Int, into first: UnsafeMutablePointer<Float>, _ second: UnsafeMutablePointer<Float>?
  ) {
    let (layer, width) = (step.layer, step.layer.paddedOutputs)
    let columns = Int32(width)
    let (scale, sums, products) = (
      step.vectors + 2 * width, step.vectors + 4 * width, step.vectors + 5 * width
    )
    func slopes(_ rows: Range<Int>, into gradient: UnsafeMutablePointer<Float>) {
      let place = rows.lowerBound * layer.places * width
      kernels.pointee.rowSlopeSums(
        Int32(rows.count * layer.places), columns, step.product + place, slope + place,
        gradient + layer.bias, gradient + gain)
    }
    slopes(0..<(second == nil ? count : count / 2), into: first)
    if let second { slopes(count / 2..<count, into: second) }
    for n in 0..<width {
      sums[n] = first[layer.bias + n] + (second?[layer.bias + n] ?? 0)
      products[n] = first[gain + n] + (second?[gain + n] ?? 0)
      scale[n] *= weights[gain + n]
    }
    kernels.pointee.rowBatchNormBackward(
      Int32(count * layer.places), columns, step.product, scale, sums, products, slope)
  }
}

/// Dropout (Srivastava et al., 2014) of hidden dense layers.
extension RowNetwork {
  /// Sets a share of a layer's outputs to 0 and scales the others up, or does the same to derivatives by them.
  func drop(_ index: Int, _ x: UnsafeMutablePointer<Float>, _ count: Int) {
    guard model.dropout > 0, !model.layers[index].isConvolution else { return }
    var seed = SplitMix32(state: dropoutSeed)
    seed.mix(trainingPasses)
    seed.mix(UInt32(index))
    kernels.pointee.rowDropout(
      count, seed.state, UInt32(model.dropout * 0x1p32), Float(1 / (1 - model.dropout)), x)
  }
}
