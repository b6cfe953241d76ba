internal import Kernels

/// What rows are to be brought to.
public struct RowTargets {
  /// The class of each row; nil for a regression.
  public let labels: UnsafePointer<Int32>?
  /// The value of each row, of a regression.
  public let values: UnsafePointer<Float>

  /// Classes, or values where `labels` is nil.
  public init(labels: UnsafePointer<Int32>?, values: UnsafePointer<Float>) {
    self.labels = labels
    self.values = values
  }
}

extension RowNetwork {
  /// The mean loss of rows at the network's parameters, and its gradient, in training: batch normalizations use the
  /// statistics of these rows, and dropout drops.
  ///
  /// The loss is the cross-entropy, or half the squared error of a regression.
  ///
  /// - Parameters:
  ///   - x: Rows of ``RowModel/stride`` floats, aligned to 64 bytes.
  ///   - targets: What they are to be brought to.
  ///   - count: How many, at least 1.
  ///   - half: Where given, set to the gradient of the second half of the rows alone, while ``gradient`` is that of all.
  /// - Returns: The mean loss. Where it is not finite, the gradient is not computed.
  public func lossAndGradient(
    _ x: UnsafePointer<Float>, _ targets: RowTargets, count: Int, half: AlignedBuffer<Float>? = nil
  ) -> Double {
    forward(parameters.pointer, x, count: count, isTraining: true)
    let loss =
      loss(targets, count: count, scale: 1 / Float(count), predictions: nil, nil) / Double(count)
    guard loss.isFinite else { return loss }
    backward(parameters.pointer, count: count, into: gradient.pointer, half?.pointer)
    trainingPasses &+= 1
    if let half {
      kernels.pointee.add(gradient.count, gradient.pointer, half.pointer, gradient.pointer)
    }
    return loss
  }

  /// The mean loss of rows at the network's parameters, in training, like that of ``lossAndGradient(_:_:count:half:)``.
  public func loss(_ x: UnsafePointer<Float>, _ targets: RowTargets, count: Int) -> Double {
    forward(parameters.pointer, x, count: count, isTraining: true)
    return loss(targets, count: count, scale: 0, predictions: nil, nil) / Double(count)
  }

  /// Evaluates many rows: batch normalizations use their running statistics, and nothing is dropped.
  ///
  /// - Parameters:
  ///   - x: Rows of ``RowModel/stride`` floats.
  ///   - targets: What they are to be brought to.
  ///   - count: How many.
  ///   - weights: The parameters to evaluate; nil for the network's own.
  ///   - predictions: Room for ``RowModel/outputStride`` floats a row, which get probabilities, or outputs of a
  ///     regression; nil for none.
  ///   - counts: Whether right answers are counted, which costs about as much as the loss; their number is 0 if not.
  /// - Returns: The sum of the losses, and the number of right answers.
  public func evaluate(
    _ x: UnsafePointer<Float>, _ targets: RowTargets, count: Int,
    weights: AlignedBuffer<Float>? = nil,
    predictions: UnsafeMutablePointer<Float>? = nil, counts: Bool = true
  ) -> (loss: Double, correct: Int) {
    let part = 128
    var (sum, correct) = (0.0, Int32(0))
    for first in Swift.stride(from: 0, to: count, by: part) {
      let size = min(part, count - first)
      forward(
        (weights ?? parameters).pointer, x + first * model.stride, count: size, isTraining: false)
      let some = RowTargets(
        labels: targets.labels.map { $0 + first }, values: targets.values + first)
      let place = predictions.map { $0 + first * model.outputStride }
      if counts {
        sum += loss(some, count: size, scale: 0, predictions: place, &correct)
      } else {
        sum += loss(some, count: size, scale: 0, predictions: place, nil)
      }
    }
    return (sum, Int(correct))
  }

  /// The sum of the losses of the last forward pass; the outputs become `scale` times the derivatives.
  private func loss(
    _ targets: RowTargets, count: Int, scale: Float, predictions: UnsafeMutablePointer<Float>?,
    _ correct: UnsafeMutablePointer<Int32>?
  ) -> Double {
    let (outputs, stride) = (steps[steps.count - 1].product, model.outputStride)
    if let labels = targets.labels {
      return kernels.pointee.rowSoftmaxCrossEntropy(
        Int32(count), Int32(model.outputs), Int32(stride), outputs, labels, scale, predictions,
        correct)
    }
    predictions?.update(from: outputs, count: count * stride)
    var sum = 0.0
    for row in 0..<count {
      let error = outputs[row * stride] - targets.values[row]
      sum += 0.5 * Double(error) * Double(error)
      outputs[row * stride] = scale * error
    }
    return sum
  }
}
