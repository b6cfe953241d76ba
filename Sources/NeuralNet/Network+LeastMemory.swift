internal import Kernels

extension Network {
  /// Bytes that a network needs at the least, computed without taking them.
  ///
  /// The chunks and the scratch of threads are left out, so that a small network takes up to four times as much.
  ///
  /// - Parameters:
  ///   - model: What it computes.
  ///   - maximumBatch: Most images of one training step, at least 1.
  ///   - threads: Threads that it uses, at least 1.
  /// - Returns: Bytes.
  public static func leastMemory(of model: Model, maximumBatch: Int, threads: Int = 1) -> Int {
    let plan = Planner.training(model.fusingPooling().fusingNormalisation())
    let tiles = (maximumBatch + lanes - 1) / lanes
    // Parameters, their gradient, and the packed weights of the layers.
    let weights = 3 * model.parameters.count
    let groups =
      threads == 1 && plan.phases.count == 1 ? 2 : Batch.trainingGroups(tiles: tiles, model)
    let images = plan.batchFloats * tiles + threads * (plan.chunkFloats.max() ?? 0)
    return 4 * (weights + groups * model.parameters.count + images)
  }
}
