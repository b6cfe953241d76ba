internal import Kernels
import Randomness

/// A model with weights, which it trains and evaluates.
///
/// Images run in tiles of 16, in the lanes of a register. Tiles are split into groups that depend on their number
/// alone, each with its own sum of gradients, and the sums are added in order: the result has the same bits whatever
/// the number of threads, which take the groups as they come free. All buffers are taken once, at the beginning.
///
/// A network is used by one thread at a time; `threads` is how many it uses itself.
public final class Network {
  /// What the network computes.
  public let model: Model
  /// Most images of one training step.
  public let maximumBatch: Int
  /// Threads that it uses, at least 1.
  public let threads: Int
  /// Which kernels it uses.
  public let instructionSet: InstructionSet
  /// All parameters, as ``Model/parameters`` lays them out; change them between steps at will.
  public let parameters: AlignedBuffer<Float>
  /// The gradient of the last training step, laid out like the parameters.
  public let gradient: AlignedBuffer<Float>
  /// Running mean and variance of batch normalisations, as ``Model/statistics`` lays them out.
  public let statistics: AlignedBuffer<Float>

  /// Decides what dropout leaves out of a batch.
  ///
  /// Change it before each training step: the same seed leaves out the same.
  public var dropoutSeed: UInt32 = 0

  let kernels: UnsafePointer<KernelTable>
  let training: Runnable
  let evaluation: Runnable
  let layers: Layers
  let workers: [Worker]
  let gradientSum: GradientSum
  let batchMemory: AlignedBuffer<Float>
  /// One set of channel statistics for each tile slot, in double: what barriers combine.
  let partialSums: AlignedBuffer<Double>
  let inputScale: AlignedBuffer<Float>
  let inputShift: AlignedBuffer<Float>

  /// A network with the initial weights of its model.
  ///
  /// - Parameters:
  ///   - model: What it computes.
  ///   - maximumBatch: Most images of one training step, at least 1.
  ///   - threads: Threads that it uses, at least 1.
  ///   - instructionSet: Which kernels it uses; the fastest of this processor by default.
  ///   - generator: What draws the weights.
  public init(
    _ model: Model, maximumBatch: Int, threads: Int = 1, instructionSet: InstructionSet = .best,
    generator: inout SeededGenerator
  ) {
    precondition(maximumBatch > 0, "a network needs a batch of at least 1, got \(maximumBatch)")
    precondition(threads > 0, "a network needs at least 1 thread, got \(threads)")
    self.model = model
    self.maximumBatch = maximumBatch
    self.threads = threads
    self.instructionSet = instructionSet
    kernels = instructionSet.table
    parameters = AlignedBuffer(count: model.parameters.count)
    gradient = AlignedBuffer(count: model.parameters.count)
    statistics = AlignedBuffer(count: model.statistics.count)
    let fused = model.fusingPooling().fusingNormalisation()
    let tiles = (maximumBatch + lanes - 1) / lanes
    layers = Layers(fused, kernels)
    training = Runnable(Planner.training(fused), layers)
    evaluation = Runnable(Planner.evaluation(fused), layers)
    let chunk = max(training.largestChunk, evaluation.largestChunk)
    let workspace = max(training.workspaceCount, evaluation.workspaceCount)
    let scratch = layers.scratchCount(tiles: chunk, kernels)
    workers = (0..<threads).map { _ in
      Worker(workspace: workspace, scratch: scratch, classes: model.classes)
    }
    // One thread adds each group before it begins the next, unless every phase needs all groups.
    let groups = Batch.trainingGroups(tiles: tiles, model)
    gradientSum = GradientSum(
      buffers: threads == 1 && training.plan.phases.count == 1 ? 2 : groups,
      count: layers.accumulatorCount, kernels)
    batchMemory = AlignedBuffer(count: training.plan.batchFloats * tiles)
    partialSums = AlignedBuffer(count: 2 * layers.largestBatchNorm * tiles)
    inputScale = AlignedBuffer(count: model.input.channels)
    inputShift = AlignedBuffer(count: model.input.channels)
    initialise(using: &generator)
  }

  /// Draws new weights, and forgets the running statistics.
  ///
  /// Convolutions and dense layers: as ``Model/initialWeights`` says, in the order of the table. Batch
  /// normalisation: scale 1, shift 0, running mean 0, running variance 1.
  public func initialise(using generator: inout SeededGenerator) {
    for node in model.nodes {
      switch node.operation {
      case .convolution(let layer), .convolutionPool(let layer):
        let outputs = Int(layer.shape.outputChannels)
        let window = layer.weight.count / outputs / Int(layer.shape.inputChannels)
        draw(
          layer.weight, layer.bias, fanIn: layer.weight.count / outputs, fanOut: window * outputs,
          using: &generator)
      case .dense(let layer):
        draw(
          layer.weight, layer.bias, fanIn: Int(layer.shape.inputs), fanOut: Int(layer.shape.outputs),
          using: &generator)
      case .batchNorm(let layer):
        parameters.elements[layer.weight].update(repeating: 1)
        parameters.elements[layer.bias].update(repeating: 0)
        statistics.elements[layer.runningMean].update(repeating: 0)
        statistics.elements[layer.runningVariance].update(repeating: 1)
      case .maxPool, .averagePool, .relu, .add, .dropout: break
      }
    }
  }

  /// Bytes of the buffers that the network holds: parameters, gradients, activations and scratch.
  public var memory: Int {
    let floats =
      parameters.count + gradient.count + statistics.count + batchMemory.count + layers.floatCount
      + gradientSum.floatCount + workers.reduce(0) { $0 + $1.floatCount }
    return 4 * floats + 8 * partialSums.count
  }

  private func draw(
    _ weight: Range<Int>, _ bias: Range<Int>?, fanIn: Int, fanOut: Int,
    using generator: inout SeededGenerator
  ) {
    switch model.initialWeights {
    case .uniform:
      for range in [weight, bias ?? 0..<0] {
        assign(Initialization.uniform(count: range.count, fanIn: fanIn, using: &generator), to: range)
      }
    case .glorotUniform:
      assign(
        Initialization.glorotUniform(
          count: weight.count, fanIn: fanIn, fanOut: fanOut, using: &generator), to: weight)
      if let bias { parameters.elements[bias].update(repeating: 0) }
    }
  }

  private func assign(_ values: [Float], to range: Range<Int>) {
    _ = UnsafeMutableBufferPointer(rebasing: parameters.elements[range]).update(fromContentsOf: values)
  }
}
