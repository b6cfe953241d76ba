internal import Kernels

extension Network {
  /// Executes one step of a plan on one chunk.
  func execute(_ step: Plan.Step, at place: Place, _ batch: Batch, _ group: Group) {
    let tiles = Int32(place.chunk.tiles)
    let images = Int32(place.chunk.images)
    let scratch = place.worker.scratch.pointer
    switch step {
    case .gather(let x):
      gather(to: place[x], place.chunk, batch)
    case .convolution(let node, let x, let y):
      kernels.pointee.convolutionForward(
        convolution(node), tiles, packed(node), bias(node), place[x], place[y], scratch)
    case .convolutionWeightGradient(let node, let x, let dy):
      kernels.pointee.convolutionBackwardWeights(
        convolution(node), tiles, place[x], place[dy], accumulator(node, group), scratch)
    case .convolutionInputGradient(let node, let dy, let addend, let dx):
      kernels.pointee.convolutionBackwardInput(
        convolution(node), tiles, packed(node), place[dy], addend.map { place[$0] }, place[dx], scratch)
    case .convolutionPool(let node, let x, let y, let argmax):
      kernels.pointee.convolutionPoolForward(
        convolution(node), tiles, packed(node), bias(node), place[x], place[y], argmax.map(place.bytes),
        scratch)
    case .convolutionPoolGradient(let node, let x, let y, let argmax, let dy, let dx):
      kernels.pointee.convolutionPoolBackward(
        convolution(node), tiles, packed(node), place[x], place[y], place.bytes(argmax), place[dy],
        dx.map { place[$0] }, accumulator(node, group), scratch)
    case .dense(let node, let x, let y):
      kernels.pointee.denseForward(dense(node), tiles, packed(node), bias(node), place[x], place[y], scratch)
    case .denseWeightGradient(let node, let x, let dy):
      kernels.pointee.denseBackwardWeights(
        dense(node), tiles, place[x], place[dy], accumulator(node, group), scratch)
    case .denseInputGradient(let node, let dy, let dx):
      kernels.pointee.denseBackwardInput(dense(node), tiles, packed(node), place[dy], place[dx], scratch)
    case .maxPool(let node, let x, let y, let argmax):
      kernels.pointee.maxPoolForward(pool(node), tiles, place[x], place[y], place.bytes(argmax))
    case .maxPoolGradient(let node, let dy, let argmax, let dx):
      kernels.pointee.maxPoolBackward(pool(node), tiles, place[dy], place.bytes(argmax), place[dx])
    case .averagePool(let node, let x, let y):
      kernels.pointee.averagePoolForward(pool(node), tiles, place[x], place[y])
    case .averagePoolGradient(let node, let dy, let dx):
      kernels.pointee.averagePoolBackward(pool(node), tiles, place[dy], place[dx])
    case .relu(let x, let y):
      kernels.pointee.reluForward(place.count(y), place[x], place[y])
    case .reluGradient(let y, let dy, let dx):
      kernels.pointee.reluBackward(place.count(y), place[y], place[dy], place[dx])
    case .add(let a, let b, let sum):
      kernels.pointee.add(place.count(sum), place[a], place[b], place[sum])
    case .dropout(let node, let x): drop(node, place[x], place.plan.sizes[x], place.chunk)
    case .batchStatistics(let node, let x):
      let (channels, area) = size(node)
      let (mean, squares) = partials(of: place.chunk.firstTile)
      kernels.pointee.batchNormStatistics(channels, area, tiles, images, place[x], mean, squares)
    case .normalise(let node, let x, let addend, let y):
      let (channels, area) = size(node)
      let vectors = vectors(node)
      kernels.pointee.scaleAndShift(
        channels, area, tiles, place[x], vectors.scale, vectors.shift, addend.map { place[$0] },
        batchNorm(node).hasReLU, place[y])
    case .batchGradientSums(let node, let x, let dy):
      let (channels, area) = size(node)
      let (sums, products) = partials(of: place.chunk.firstTile)
      let vectors = vectors(node)
      let mask = reluMask(node, vectors)
      kernels.pointee.batchNormGradientSums(
        channels, area, tiles, images, place[x], place[dy], vectors.mean, mask.scale, mask.shift, sums,
        products)
    case .batchNormGradient(let node, let x, let dy, let dx):
      let (channels, area) = size(node)
      let vectors = vectors(node)
      let mask = reluMask(node, vectors)
      kernels.pointee.batchNormBackward(
        channels, area, tiles, images, place[x], place[dy], vectors.mean, mask.scale, mask.shift, vectors.a,
        vectors.b, vectors.c, place[dx])
    case .loss(let logits, let gradient):
      loss(place[logits], gradient.map { place[$0] }, place, batch, group)
    }
  }

  private func gather(to x: UnsafeMutablePointer<Float>, _ chunk: Chunk, _ batch: Batch) {
    for tile in 0..<chunk.tiles {
      kernels.pointee.gatherTile(
        Int32(model.input.channels), Int32(model.input.area), Int32(min(lanes, chunk.images - tile * lanes)),
        batch.pixels, batch.indices + (chunk.firstTile + tile) * lanes, inputScale.pointer,
        inputShift.pointer, x + tile * model.input.count * lanes)
    }
  }

  /// Sets a share of the numbers to 0 and scales the others up; tiles have seeds of their own, whatever their chunk.
  private func drop(_ node: Int, _ x: UnsafeMutablePointer<Float>, _ count: Int, _ chunk: Chunk) {
    guard case .dropout(let rate) = layers.operations[node] else {
      preconditionFailure("node \(node) is not a dropout")
    }
    for tile in 0..<chunk.tiles {
      var seed = SplitMix32(state: dropoutSeed)
      seed.mix(UInt32(node))
      seed.mix(UInt32(chunk.firstTile + tile))
      kernels.pointee.rowDropout(
        count, seed.state, UInt32(rate * 0x1p32), Float(1 / (1 - rate)), x + tile * count)
    }
  }

  private func loss(
    _ logits: UnsafeMutablePointer<Float>, _ gradient: UnsafeMutablePointer<Float>?, _ place: Place,
    _ batch: Batch, _ group: Group
  ) {
    let (classes, worker) = (model.classes, place.worker)
    for tile in 0..<place.chunk.tiles {
      let first = (place.chunk.firstTile + tile) * lanes
      let images = min(lanes, batch.images - first)
      for lane in 0..<images {
        worker.labels.pointer[lane] = batch.labels[Int(batch.indices[first + lane])]
      }
      let offset = tile * classes * lanes
      group.lossSum += kernels.pointee.softmaxCrossEntropy(
        Int32(classes), Int32(images), logits + offset, worker.labels.pointer, 1 / Float(batch.images),
        batch.probabilities == nil ? nil : worker.probabilities.pointer, gradient.map { $0 + offset },
        &group.correct)
      guard let probabilities = batch.probabilities else { continue }
      for lane in 0..<images {
        for label in 0..<classes {
          probabilities[(first + lane) * classes + label] =
            worker.probabilities.pointer[label * lanes + lane]
        }
      }
    }
  }

  private func convolution(_ node: Int) -> UnsafePointer<ConvolutionShape> {
    UnsafePointer(layers.convolutions.pointer + node)
  }

  private func dense(_ node: Int) -> UnsafePointer<DenseShape> { UnsafePointer(layers.denses.pointer + node) }

  private func pool(_ node: Int) -> UnsafePointer<PoolShape> { UnsafePointer(layers.pools.pointer + node) }

  private func packed(_ node: Int) -> UnsafePointer<Float> {
    UnsafePointer(layers.packed.pointer + layers.packedOffsets[node])
  }

  private func accumulator(_ node: Int, _ group: Group) -> UnsafeMutablePointer<Float> {
    gradientSum[group.gradient] + layers.accumulatorOffsets[node]
  }

  private func bias(_ node: Int) -> UnsafePointer<Float>? {
    switch layers.operations[node] {
    case .convolution(let layer), .convolutionPool(let layer):
      layer.bias.map { UnsafePointer(parameters.pointer + $0.lowerBound) }
    case .dense(let layer): UnsafePointer(parameters.pointer + layer.bias.lowerBound)
    case .maxPool, .averagePool, .relu, .batchNorm, .add, .dropout: nil
    }
  }
}
