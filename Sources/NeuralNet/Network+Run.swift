import Dispatch
internal import Kernels
import Synchronization

extension Network {
  /// The images of one pass.
  struct Batch {
    let pixels: UnsafePointer<UInt8>
    let labels: UnsafePointer<UInt8>
    let indices: UnsafePointer<Int32>
    let images: Int
    /// Whether gradients are summed.
    let isTraining: Bool
    /// Whether the gradient of the first half is kept as well.
    let keepsHalf: Bool
    let probabilities: UnsafeMutablePointer<Float>?

    let tiles: Int
    /// Parts of the batch that threads take, with sums of their own.
    let groups: Int

    init(
      pixels: UnsafePointer<UInt8>, labels: UnsafePointer<UInt8>, indices: UnsafePointer<Int32>, images: Int,
      isTraining: Bool, keepsHalf: Bool, probabilities: UnsafeMutablePointer<Float>?, _ model: Model
    ) {
      (self.pixels, self.labels, self.indices, self.images) = (pixels, labels, indices, images)
      (self.isTraining, self.keepsHalf, self.probabilities) = (isTraining, keepsHalf, probabilities)
      tiles = (images + lanes - 1) / lanes
      groups = isTraining ? Self.trainingGroups(tiles: tiles, model) : max(4, (tiles + 7) / 8)
    }

    /// Two for large models, where a sum is large; eight where each still fills its chunks.
    static func trainingGroups(tiles: Int, _ model: Model) -> Int {
      model.parameters.count > 1 << 20 ? 2 : tiles < 32 ? 4 : 8
    }
  }

  /// Consecutive tiles that run through a phase together.
  struct Chunk {
    let firstTile: Int
    let tiles: Int
    /// Images of the chunk, fewer than 16 a tile at the end of the batch.
    let images: Int
  }

  /// Runs all phases of a plan over a batch, and returns what its groups have summed.
  func run(_ runnable: Runnable, _ batch: Batch) -> [Group] {
    let phases = runnable.plan.phases
    let groups = (0..<batch.groups).map { _ in Group() }
    if batch.isTraining { gradientSum.begin(groups: groups.count, keepsHalf: batch.keepsHalf) }
    for (index, (phase, chunkTiles)) in zip(phases, runnable.chunkTiles).enumerated() {
      forEach(groups) { number, group, worker in
        if batch.isTraining, index == 0 { group.gradient = self.gradientSum.lend() }
        self.forEachChunk(of: number, batch, chunkTiles) { chunk in
          let place = Place(
            network: self, plan: runnable.plan, chunkTiles: chunkTiles, chunk: chunk, worker: worker)
          for step in phase.steps { self.execute(step, at: place, batch, group) }
        }
        if batch.isTraining, index == phases.count - 1 {
          self.gradientSum.finish(group: number, group.gradient)
        }
      }
      switch phase.barrier {
      case .statistics(let node): finishStatistics(node, batch, chunkTiles)
      case .gradientSums(let node): finishGradientSums(node, batch, chunkTiles)
      case nil: break
      }
    }
    return groups
  }

  /// Calls `body` once for each group, on as many threads as there are workers, which take the next as they come free.
  private func forEach(_ groups: [Group], _ body: (_ number: Int, _ group: Group, _ worker: Worker) -> Void) {
    guard workers.count > 1 else {
      for (number, group) in groups.enumerated() { body(number, group, workers[0]) }
      return
    }
    // Groups share nothing that they write, and concurrentPerform returns when all are done.
    nonisolated(unsafe) let (workers, groups) = (workers, groups)
    let taken = Atomic(0)
    withoutActuallyEscaping(body) { body in
      nonisolated(unsafe) let run = body
      DispatchQueue.concurrentPerform(iterations: workers.count) { index in
        while true {
          let number = taken.add(1, ordering: .relaxed).oldValue
          guard number < groups.count else { return }
          run(number, groups[number], workers[index])
        }
      }
    }
  }

  /// Calls `body` for the chunks of a group in order; the division depends on the size of the batch alone.
  func forEachChunk(of group: Int, _ batch: Batch, _ chunkTiles: Int, _ body: (Chunk) -> Void) {
    let end = batch.tiles * (group + 1) / batch.groups
    var tile = batch.tiles * group / batch.groups
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
