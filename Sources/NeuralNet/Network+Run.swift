import Dispatch
internal import Kernels

extension Network {
  /// The images of one pass.
  struct Batch {
    let pixels: UnsafePointer<UInt8>
    let labels: UnsafePointer<UInt8>
    let indices: UnsafePointer<Int32>
    let images: Int
    /// Whether gradients are summed.
    let isTraining: Bool
    let probabilities: UnsafeMutablePointer<Float>?

    var tiles: Int { (images + lanes - 1) / lanes }
  }

  /// Consecutive tiles that run through a phase together.
  struct Chunk {
    let firstTile: Int
    let tiles: Int
    /// Images of the chunk, fewer than 16 a tile at the end of the batch.
    let images: Int
  }

  /// Runs all phases of a plan over a batch.
  func run(_ runnable: Runnable, _ batch: Batch) {
    for (index, (phase, chunkTiles)) in zip(runnable.plan.phases, runnable.chunkTiles).enumerated() {
      forEachGroup { group, worker in
        if index == 0 { self.groups[group].reset(isTraining: batch.isTraining) }
        self.forEachChunk(of: group, batch, chunkTiles) { chunk in
          let place = Place(
            network: self, plan: runnable.plan, chunkTiles: chunkTiles, chunk: chunk, worker: worker)
          for step in phase.steps { self.execute(step, at: place, batch, self.groups[group]) }
        }
      }
      switch phase.barrier {
      case .statistics(let node): finishStatistics(node, batch, chunkTiles)
      case .gradientSums(let node): finishGradientSums(node, batch, chunkTiles)
      case nil: break
      }
    }
  }

  /// Calls `body` once for each group of tiles, on as many threads as there are workers.
  private func forEachGroup(_ body: (_ group: Int, _ worker: Worker) -> Void) {
    guard workers.count > 1 else {
      for group in groups.indices { body(group, workers[0]) }
      return
    }
    // Groups share nothing that they write, and concurrentPerform returns when all are done.
    nonisolated(unsafe) let network = self
    withoutActuallyEscaping(body) { body in
      nonisolated(unsafe) let run = body
      DispatchQueue.concurrentPerform(iterations: workers.count) { index in
        for group in stride(from: index, to: network.groups.count, by: network.workers.count) {
          run(group, network.workers[index])
        }
      }
    }
  }

  /// Calls `body` for the chunks of a group in order; the division depends on the size of the batch alone.
  func forEachChunk(of group: Int, _ batch: Batch, _ chunkTiles: Int, _ body: (Chunk) -> Void) {
    let end = batch.tiles * (group + 1) / groups.count
    var tile = batch.tiles * group / groups.count
    while tile < end {
      let tiles = min(chunkTiles, end - tile)
      let images = min(tiles * lanes, batch.images - tile * lanes)
      body(Chunk(firstTile: tile, tiles: tiles, images: images))
      tile += tiles
    }
  }

  /// Where the storages of a plan lie for one chunk.
  struct Place {
    let plan: Plan
    let chunkTiles: Int
    let chunk: Chunk
    let worker: Worker
    private let batchMemory: UnsafeMutablePointer<Float>
    private let batchTiles: Int

    init(network: Network, plan: Plan, chunkTiles: Int, chunk: Chunk, worker: Worker) {
      self.plan = plan
      self.chunkTiles = chunkTiles
      self.chunk = chunk
      self.worker = worker
      batchMemory = network.batchMemory.pointer
      batchTiles = (network.maximumBatch + lanes - 1) / lanes
    }

    subscript(storage: Plan.Storage) -> UnsafeMutablePointer<Float> {
      switch plan.places[storage] {
      case .chunk(let offset): worker.workspace.pointer + offset * chunkTiles
      case .batch(let offset):
        batchMemory + offset * batchTiles + chunk.firstTile * plan.sizes[storage]
      }
    }

    func bytes(_ storage: Plan.Storage) -> UnsafeMutablePointer<UInt8> {
      UnsafeMutableRawPointer(self[storage]).assumingMemoryBound(to: UInt8.self)
    }

    /// Floats of a storage in this chunk.
    func count(_ storage: Plan.Storage) -> Int { plan.sizes[storage] * chunk.tiles }
  }
}
