internal import Kernels

/// Batch normalisation across the whole batch (Ioffe and Szegedy, 2015, algorithms 1 and 2), as PyTorch defines
/// it: epsilon 1e-5, momentum 0.1, unbiased running variance.
extension Network {
  private static let epsilon = 1e-5
  static let momentum: Float = 0.1

  /// Channels and area of a batch normalisation.
  func size(_ node: Int) -> (channels: Int32, area: Int32) {
    let layer = batchNorm(node)
    return (Int32(layer.channels), Int32(layer.area))
  }

  func vectors(_ node: Int) -> Channels {
    Channels(layers.channels.pointer + layers.channelOffsets[node], channels: batchNorm(node).channels)
  }

  /// From what the backward kernels see where ReLU let nothing through; nil where they need not.
  func reluMask(
    _ node: Int, _ vectors: Channels
  ) -> (scale: UnsafeMutablePointer<Float>?, shift: UnsafeMutablePointer<Float>?) {
    let layer = batchNorm(node)
    return layer.hasReLU && !layer.hasAddend ? (vectors.scale, vectors.shift) : (nil, nil)
  }

  /// Two rows of channel sums for the chunk that begins at a tile.
  func partials(of tile: Int) -> (UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>) {
    let first = partialSums.pointer + 2 * layers.largestBatchNorm * tile
    return (first, first + layers.largestBatchNorm)
  }

  /// Combines the chunks' means and squared distances, and derives scale, shift and running statistics.
  ///
  /// Chan, Golub and LeVeque (1979): two parts of n and m numbers whose means differ by d have together the sum
  /// of squared distances S + T + d² n m / (n + m).
  func finishStatistics(_ node: Int, _ batch: Batch, _ chunkTiles: Int) {
    let layer = batchNorm(node)
    let vectors = vectors(node)
    let count = Double(batch.images * layer.area)
    for channel in 0..<layer.channels {
      var (seen, mean, squares) = (0.0, 0.0, 0.0)
      forEachChunk(batch, chunkTiles) { chunk in
        let (means, distances) = partials(of: chunk.firstTile)
        let more = Double(chunk.images * layer.area)
        let difference = means[channel] - mean
        mean += difference * more / (seen + more)
        squares += distances[channel] + difference * difference * seen * more / (seen + more)
        seen += more
      }
      let inverse = 1 / (squares / count + Self.epsilon).squareRoot()
      vectors.mean[channel] = Float(mean)
      vectors.inverseDeviation[channel] = Float(inverse)
      setScaleAndShift(layer, channel, mean: mean, inverse: inverse, vectors)
      update(layer.runningMean, channel, with: mean)
      update(layer.runningVariance, channel, with: squares / max(count - 1, 1))
    }
  }

  /// Adds the chunks' sums; they are the gradients of scale and shift, and give the coefficients of dx.
  ///
  /// With i = 1 / √(variance + epsilon) and n numbers a channel:
  /// dx = weight i (dy - sum(dy) / n - (x - mean) i² sum(dy (x - mean)) / n).
  func finishGradientSums(_ node: Int, _ batch: Batch, _ chunkTiles: Int) {
    let layer = batchNorm(node)
    let vectors = vectors(node)
    let count = Double(batch.images * layer.area)
    for channel in 0..<layer.channels {
      var (sum, product) = (0.0, 0.0)
      forEachChunk(batch, chunkTiles) { chunk in
        let (sums, products) = partials(of: chunk.firstTile)
        sum += sums[channel]
        product += products[channel]
      }
      let inverse = Double(vectors.inverseDeviation[channel])
      gradient.pointer[layer.weight.lowerBound + channel] = Float(product * inverse)
      gradient.pointer[layer.bias.lowerBound + channel] = Float(sum)
      let factor = Double(parameters.pointer[layer.weight.lowerBound + channel]) * inverse
      vectors.a[channel] = Float(factor)
      vectors.b[channel] = Float(-factor * inverse * inverse * product / count)
      vectors.c[channel] = Float(-factor * sum / count)
    }
  }

  /// Makes scale and shift from the running statistics, where the node is a batch normalisation.
  func foldRunningStatistics(_ node: Int) {
    guard case .batchNorm(let layer) = layers.operations[node] else { return }
    let vectors = vectors(node)
    for channel in 0..<layer.channels {
      let variance = Double(statistics.pointer[layer.runningVariance.lowerBound + channel])
      setScaleAndShift(
        layer, channel, mean: Double(statistics.pointer[layer.runningMean.lowerBound + channel]),
        inverse: 1 / (variance + Self.epsilon).squareRoot(), vectors)
    }
  }

  private func setScaleAndShift(
    _ layer: Model.BatchNorm, _ channel: Int, mean: Double, inverse: Double, _ vectors: Channels
  ) {
    let scale = Double(parameters.pointer[layer.weight.lowerBound + channel]) * inverse
    vectors.scale[channel] = Float(scale)
    vectors.shift[channel] = Float(
      Double(parameters.pointer[layer.bias.lowerBound + channel]) - mean * scale)
  }

  private func update(_ range: Range<Int>, _ channel: Int, with value: Double) {
    let running = statistics.pointer + range.lowerBound + channel
    running.pointee += Self.momentum * (Float(value) - running.pointee)
  }

  private func forEachChunk(_ batch: Batch, _ chunkTiles: Int, _ body: (Chunk) -> Void) {
    for group in 0..<batch.groups { forEachChunk(of: group, batch, chunkTiles, body) }
  }

  func batchNorm(_ node: Int) -> Model.BatchNorm {
    guard case .batchNorm(let layer) = layers.operations[node] else {
      preconditionFailure("node \(node) is not a batch normalisation")
    }
    return layer
  }
}

extension Network {
  /// Replaces the running statistics of batch normalizations by the mean of those of some batches.
  ///
  /// Weights that were not trained themselves, such as an average, have no running statistics of their own. The gradient
  /// is overwritten; a model without batch normalization is left alone.
  ///
  /// - Parameters:
  ///   - source: Where the images are.
  ///   - batches: Which images are each batch, each from 1 to ``maximumBatch``; at least one batch.
  public func estimateStatistics(_ source: ImageSource, batches: [[Int32]]) {
    guard statistics.count > 0 else { return }
    precondition(!batches.isEmpty, "the mean of the statistics of no batches was asked for")
    var sums = [Double](repeating: 0, count: statistics.count)
    for batch in batches {
      // From 0, one update leaves the batch's own times the momentum.
      statistics.elements.update(repeating: 0)
      _ = lossAndGradient(source, indices: batch)
      for place in sums.indices { sums[place] += Double(statistics.elements[place]) }
    }
    let scale = 1 / (Double(Self.momentum) * Double(batches.count))
    for place in sums.indices { statistics.elements[place] = Float(sums[place] * scale) }
  }
}
