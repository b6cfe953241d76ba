internal import Kernels

/// A model as steps over storage: what a network executes, in training or in evaluation.
///
/// The steps fall into phases. Within a phase, every chunk of tiles runs through all its steps while it is in
/// cache; between phases, a barrier waits for the whole batch, because batch normalisation needs its
/// statistics. A model without batch normalisation has one phase: forward, loss and backward of a chunk at once.
struct Plan {
  /// Memory of one value, gradient or record, by its number.
  typealias Storage = Int

  enum Step {
    case gather(to: Storage)
    case convolution(node: Int, x: Storage, y: Storage)
    case convolutionWeightGradient(node: Int, x: Storage, dy: Storage)
    case convolutionInputGradient(node: Int, dy: Storage, addend: Storage?, dx: Storage)
    case convolutionPool(node: Int, x: Storage, y: Storage, argmax: Storage?)
    case convolutionPoolGradient(
      node: Int, x: Storage, y: Storage, argmax: Storage, dy: Storage, dx: Storage?)
    case dense(node: Int, x: Storage, y: Storage)
    case denseWeightGradient(node: Int, x: Storage, dy: Storage)
    case denseInputGradient(node: Int, dy: Storage, dx: Storage)
    case maxPool(node: Int, x: Storage, y: Storage, argmax: Storage)
    case maxPoolGradient(node: Int, dy: Storage, argmax: Storage, dx: Storage)
    case averagePool(node: Int, x: Storage, y: Storage)
    case averagePoolGradient(node: Int, dy: Storage, dx: Storage)
    case relu(x: Storage, y: Storage)
    case reluGradient(y: Storage, dy: Storage, dx: Storage)
    case add(a: Storage, b: Storage, sum: Storage)
    case dropout(node: Int, x: Storage)
    case batchStatistics(node: Int, x: Storage)
    case normalise(node: Int, x: Storage, addend: Storage?, y: Storage)
    case batchGradientSums(node: Int, x: Storage, dy: Storage)
    case batchNormGradient(node: Int, x: Storage, dy: Storage, dx: Storage)
    case loss(logits: Storage, gradient: Storage?)

    /// The memory that the step reads or writes.
    var storages: [Storage] {
      switch self {
      case .gather(let a), .batchStatistics(_, let a), .dropout(_, let a): [a]
      case .convolution(_, let a, let b), .convolutionWeightGradient(_, let a, let b),
        .dense(_, let a, let b),
        .denseWeightGradient(_, let a, let b), .denseInputGradient(_, let a, let b),
        .averagePool(_, let a, let b), .averagePoolGradient(_, let a, let b), .relu(let a, let b),
        .batchGradientSums(_, let a, let b):
        [a, b]
      case .maxPool(_, let a, let b, let c), .maxPoolGradient(_, let a, let b, let c),
        .reluGradient(let a, let b, let c), .add(let a, let b, let c),
        .batchNormGradient(_, let a, let b, let c):
        [a, b, c]
      case .convolutionPool(_, let a, let b, let c), .normalise(_, let a, let c, let b),
        .convolutionInputGradient(_, let a, let c, let b):
        [a, b] + (c.map { [$0] } ?? [])
      case .convolutionPoolGradient(_, let a, let b, let c, let d, let e):
        [a, b, c, d] + (e.map { [$0] } ?? [])
      case .loss(let a, let b): [a] + (b.map { [$0] } ?? [])
      }
    }

    /// The layer whose packed weights the step reads.
    var weightsNode: Int? {
      switch self {
      case .convolution(let node, _, _), .convolutionInputGradient(let node, _, _, _),
        .convolutionPool(let node, _, _, _), .dense(let node, _, _), .denseInputGradient(let node, _, _):
        node
      default: nil
      }
    }
  }

  /// What happens once all tiles of a phase are done.
  enum Barrier {
    /// The statistics of a batch normalisation are complete.
    case statistics(node: Int)
    /// The gradient sums of a batch normalisation are complete.
    case gradientSums(node: Int)
  }

  struct Phase {
    var steps: [Step] = []
    var barrier: Barrier?
  }

  /// Where a storage lies.
  ///
  /// Offsets count floats of one tile.
  enum Place {
    /// In the workspace of a thread, which holds one chunk of tiles.
    case chunk(offset: Int)
    /// In memory for all tiles of the batch, because it outlives its phase.
    case batch(offset: Int)
  }

  /// The phases in order.
  let phases: [Phase]
  /// Floats of one tile in each storage.
  let sizes: [Int]
  /// Where each storage lies.
  let places: [Place]
  /// Floats of one tile in a thread's workspace, in each phase.
  let chunkFloats: [Int]
  /// Floats of one tile in the memory of the batch.
  let batchFloats: Int
  /// Floats of one tile that each phase touches, from which the size of its chunks follows.
  let workingSets: [Int]

  init(phases: [Phase], sizes: [Int]) {
    self.phases = phases
    self.sizes = sizes
    let layout = StorageLayout(phases: phases, sizes: sizes)
    places = layout.places
    chunkFloats = layout.chunkFloats
    batchFloats = layout.batchFloats
    workingSets = layout.workingSets
  }
}
