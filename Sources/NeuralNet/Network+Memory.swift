internal import Kernels

extension Network {
  /// A plan with the size of its chunks in each phase, from 1 to 8 tiles: as many as fit the second-level cache, or
  /// as weigh as much as the phase's weights, which every chunk reads again.
  struct Runnable {
    let plan: Plan
    let chunkTiles: [Int]

    init(_ plan: Plan, _ layers: Layers) {
      self.plan = plan
      // 1 MB, a common size of that cache.
      let cacheFloats = 1 << 18
      chunkTiles = plan.phases.indices.map { phase in
        // A layer has packed weights for each of the two directions.
        let weights = plan.phases[phase].steps.compactMap(\.weightsNode).reduce(0) { sum, node in
          sum + layers.packedCount(node) / 2
        }
        return min(max(cacheFloats, weights) / max(plan.workingSets[phase], 1), 8)
      }.map { max($0, 1) }
    }

    /// Tiles of the largest chunk.
    var largestChunk: Int { chunkTiles.max() ?? 1 }

    /// Floats that one thread needs for a chunk.
    var workspaceCount: Int { zip(plan.chunkFloats, chunkTiles).map { $0 * $1 }.max() ?? 0 }
  }

  /// What one thread needs for itself.
  struct Worker {
    let workspace: AlignedBuffer<Float>
    let scratch: AlignedBuffer<Float>
    let labels = AlignedBuffer<UInt8>(count: lanes)
    /// Probabilities of one tile, (classes, 16).
    let probabilities: AlignedBuffer<Float>

    init(workspace: Int, scratch: Int, classes: Int) {
      self.workspace = AlignedBuffer(count: workspace)
      self.scratch = AlignedBuffer(count: scratch)
      probabilities = AlignedBuffer(count: classes * lanes)
    }

    var floatCount: Int { workspace.count + scratch.count + probabilities.count }
  }

  /// What one group of tiles sums up.
  final class Group {
    var lossSum = 0.0
    var correct: Int32 = 0
    /// The number of its buffer for gradients, in training.
    var gradient = 0
  }

  /// Shapes, packed weights and places of the layers, by node.
  struct Layers {
    let operations: [Model.Operation]
    let convolutions: AlignedBuffer<ConvolutionShape>
    let denses: AlignedBuffer<DenseShape>
    let pools: AlignedBuffer<PoolShape>
    let packed: AlignedBuffer<Float>
    let packedOffsets: [Int]
    let accumulatorOffsets: [Int]
    let accumulatorCount: Int
    /// Seven vectors for each batch normalisation: see ``Channels``.
    let channels: AlignedBuffer<Float>
    let channelOffsets: [Int]
    /// Most channels of a batch normalisation.
    let largestBatchNorm: Int

    init(_ model: Model, _ kernels: UnsafePointer<KernelTable>) {
      operations = model.nodes.map(\.operation)
      convolutions = AlignedBuffer(count: operations.count)
      denses = AlignedBuffer(count: operations.count)
      pools = AlignedBuffer(count: operations.count)
      var packedOffsets: [Int] = []
      var accumulatorOffsets: [Int] = []
      var channelOffsets: [Int] = []
      var (packedCount, accumulatorCount, channelCount, largest) = (0, 0, 0, 0)
      for (node, operation) in operations.enumerated() {
        packedOffsets.append(packedCount)
        accumulatorOffsets.append(accumulatorCount)
        channelOffsets.append(channelCount)
        switch operation {
        case .convolution(let layer):
          convolutions.pointer[node] = layer.shape
          packedCount += aligned(kernels.pointee.convolutionPackedCount(convolutions.pointer + node))
          accumulatorCount += aligned(kernels.pointee.convolutionGradientCount(convolutions.pointer + node))
        case .convolutionPool(let layer):
          convolutions.pointer[node] = layer.shape
          packedCount += aligned(kernels.pointee.convolutionPoolPackedCount(convolutions.pointer + node))
          accumulatorCount += aligned(
            kernels.pointee.convolutionPoolGradientCount(convolutions.pointer + node))
        case .dense(let layer):
          denses.pointer[node] = layer.shape
          packedCount += aligned(kernels.pointee.densePackedCount(denses.pointer + node))
          accumulatorCount += aligned(kernels.pointee.denseGradientCount(denses.pointer + node))
        case .maxPool(let shape), .averagePool(let shape): pools.pointer[node] = shape
        case .batchNorm(let layer):
          channelCount += Channels.count * aligned(layer.channels)
          largest = max(largest, layer.channels)
        case .relu, .add, .dropout: break
        }
      }
      packed = AlignedBuffer(count: packedCount)
      channels = AlignedBuffer(count: channelCount)
      self.packedOffsets = packedOffsets
      self.accumulatorOffsets = accumulatorOffsets
      self.accumulatorCount = accumulatorCount
      self.channelOffsets = channelOffsets
      largestBatchNorm = largest
    }

    var floatCount: Int { packed.count + channels.count }

    /// Floats of the packed weights of a node.
    func packedCount(_ node: Int) -> Int {
      (node + 1 < packedOffsets.count ? packedOffsets[node + 1] : packed.count) - packedOffsets[node]
    }

    /// Floats of scratch that the hungriest layer needs for `tiles` tiles.
    func scratchCount(tiles: Int, _ kernels: UnsafePointer<KernelTable>) -> Int {
      var largest = 0
      for (node, operation) in operations.enumerated() {
        switch operation {
        case .convolution, .convolutionPool:
          largest = max(
            largest, kernels.pointee.convolutionScratchCount(convolutions.pointer + node, Int32(tiles)))
        case .dense:
          largest = max(largest, kernels.pointee.denseScratchCount(denses.pointer + node, Int32(tiles)))
        case .maxPool, .averagePool, .relu, .batchNorm, .add, .dropout: break
        }
      }
      return largest
    }
  }

  /// The vectors, one float a channel, of a batch normalisation: y = scale x + shift forward,
  /// dx = a dy + b (x - mean) + c backward.
  struct Channels {
    static let count = 7

    let mean, inverseDeviation, scale, shift, a, b, c: UnsafeMutablePointer<Float>

    init(_ base: UnsafeMutablePointer<Float>, channels: Int) {
      let stride = aligned(channels)
      mean = base
      inverseDeviation = base + stride
      scale = base + 2 * stride
      shift = base + 3 * stride
      a = base + 4 * stride
      b = base + 5 * stride
      c = base + 6 * stride
    }
  }
}

/// A count of floats rounded up to whole cache lines.
private func aligned(_ count: Int) -> Int { (count + 15) / 16 * 16 }
