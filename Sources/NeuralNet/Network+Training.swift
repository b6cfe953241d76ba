internal import Kernels

extension Network {
  /// Takes one optimizer step on a batch.
  ///
  /// - Parameters:
  ///   - source: Where the images are.
  ///   - indices: Which images are the batch, from 1 to ``maximumBatch``.
  ///   - learningRate: The rate of this step.
  ///   - optimizer: What turns the gradient into a step; it holds ``Model/parameters``.
  /// - Returns: The mean loss of the batch before the step, which may be infinite or not a number.
  public func trainStep(
    _ source: ImageSource, indices: [Int32], learningRate: Double, optimizer: Optimizer
  ) -> Double {
    let loss = lossAndGradient(source, indices: indices)
    optimizer.step(parameters: parameters, gradient: gradient, learningRate: learningRate)
    return loss
  }

  /// The mean loss of a batch, and its gradient by every parameter in ``gradient``.
  ///
  /// Batch normalisation uses the statistics of the batch and updates the running ones.
  ///
  /// - Parameters:
  ///   - source: Where the images are.
  ///   - indices: Which images are the batch, from 1 to ``maximumBatch``.
  ///   - half: Where the first half of the batch's part in the gradient goes; nil, the default, where it is not wanted.
  ///     The half ends at a multiple of 16 images, and has none of fewer than 17. What belongs to batch normalizations
  ///     is not divided, and left as it is. The gradient has the same bits with it and without.
  /// - Returns: The mean loss of the batch.
  public func lossAndGradient(
    _ source: ImageSource, indices: [Int32], half: AlignedBuffer<Float>? = nil
  ) -> Double {
    precondition(
      (1...maximumBatch).contains(indices.count),
      "a batch must have 1 to \(maximumBatch) images, got \(indices.count)")
    let sums = run(
      training, source, indices, isTraining: true, keepsHalf: half != nil, probabilities: nil)
    if let total = gradientSum.total { finishGradient(total, into: gradient) }
    if let half { finishGradient(gradientSum.halfTotal.pointer, into: half) }
    return sums.loss / Double(indices.count)
  }

  /// Loss and right answers over some images, with the running statistics of batch normalisation.
  ///
  /// - Parameters:
  ///   - source: Where the images are.
  ///   - indices: Which images, any number.
  ///   - probabilities: Where the softmax outputs go, (image, class) in the order of `indices`; or nil.
  /// - Returns: The sum of the losses, and how many images have their greatest logit at their label.
  /// - Precondition: `probabilities` holds one float for each image and class.
  public func evaluate(
    _ source: ImageSource, indices: [Int32], probabilities: UnsafeMutableBufferPointer<Float>? = nil
  ) -> (lossSum: Double, correct: Int) {
    if let probabilities {
      precondition(
        probabilities.count == indices.count * model.classes,
        "\(indices.count) images of \(model.classes) classes, but room for \(probabilities.count) numbers")
    }
    for node in layers.operations.indices { foldRunningStatistics(node) }
    let sums = run(
      evaluation, source, indices, isTraining: false, keepsHalf: false,
      probabilities: probabilities?.baseAddress)
    return (sums.loss, sums.correct)
  }

  private func run(
    _ runnable: Runnable, _ source: ImageSource, _ indices: [Int32], isTraining: Bool,
    keepsHalf: Bool, probabilities: UnsafeMutablePointer<Float>?
  ) -> (loss: Double, correct: Int) {
    check(source, indices)
    inputScale.assign(source.scale)
    inputShift.assign(source.shift)
    packWeights()
    let groups = source.pixels.withUnsafeBufferPointer { pixels in
      source.labels.withUnsafeBufferPointer { labels in
        indices.withUnsafeBufferPointer { indices -> [Group] in
          guard let pixels = pixels.baseAddress, let labels = labels.baseAddress,
            let first = indices.baseAddress
          else { return [] }
          return run(
            runnable,
            Batch(
              pixels: pixels, labels: labels, indices: first, images: indices.count, isTraining: isTraining,
              keepsHalf: keepsHalf, probabilities: probabilities, model))
        }
      }
    }
    return (groups.reduce(0) { $0 + $1.lossSum }, groups.reduce(0) { $0 + Int($1.correct) })
  }

  private func check(_ source: ImageSource, _ indices: [Int32]) {
    let count = source.labels.count
    precondition(
      source.pixels.count == count * model.input.count && source.scale.count == model.input.channels,
      "\(count) images of \(model.input) need \(count * model.input.count) bytes and "
        + "\(model.input.channels) scales, got \(source.pixels.count) and \(source.scale.count)")
    for index in indices {
      precondition(
        0 <= index && index < count && source.labels[Int(index)] < model.classes,
        "image \(index) does not exist among \(count), or its label is not below \(model.classes)")
    }
  }

  private func packWeights() {
    for (node, operation) in layers.operations.enumerated() {
      let packed = layers.packed.pointer + layers.packedOffsets[node]
      switch operation {
      case .convolution(let layer):
        kernels.pointee.convolutionPack(
          layers.convolutions.pointer + node, parameters.pointer + layer.weight.lowerBound, packed)
      case .convolutionPool(let layer):
        kernels.pointee.convolutionPoolPack(
          layers.convolutions.pointer + node, parameters.pointer + layer.weight.lowerBound, packed)
      case .dense(let layer):
        kernels.pointee.densePack(
          layers.denses.pointer + node, parameters.pointer + layer.weight.lowerBound, packed)
      case .maxPool, .averagePool, .relu, .batchNorm, .add, .dropout: break
      }
    }
  }

  /// Writes a sum of groups' gradients in the layout of the parameters.
  private func finishGradient(_ total: UnsafePointer<Float>, into gradient: AlignedBuffer<Float>) {
    for (node, operation) in layers.operations.enumerated() {
      let sum = total + layers.accumulatorOffsets[node]
      switch operation {
      case .convolution(let layer):
        kernels.pointee.convolutionFinishGradient(
          layers.convolutions.pointer + node, sum, gradient.pointer + layer.weight.lowerBound,
          layer.bias.map { gradient.pointer + $0.lowerBound })
      case .convolutionPool(let layer):
        kernels.pointee.convolutionPoolFinishGradient(
          layers.convolutions.pointer + node, sum, gradient.pointer + layer.weight.lowerBound,
          layer.bias.map { gradient.pointer + $0.lowerBound })
      case .dense(let layer):
        kernels.pointee.denseFinishGradient(
          layers.denses.pointer + node, sum, gradient.pointer + layer.weight.lowerBound,
          gradient.pointer + layer.bias.lowerBound)
      case .maxPool, .averagePool, .relu, .batchNorm, .add, .dropout: break
      }
    }
  }
}
