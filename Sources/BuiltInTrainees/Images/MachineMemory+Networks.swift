import Datasets
import NeuralNet
import Trainee

extension MachineMemory {
  /// Refuses a network that does not fit, before any memory is taken for it.
  ///
  /// - Throws: `TraineeError` with the memory that it would take.
  static func check(
    _ model: Model, of configuration: ImageClassifier.Configuration, available: Int = size
  ) throws(TraineeError) {
    let needed = Network.leastMemory(
      of: model, maximumBatch: configuration.batchSize, threads: configuration.threads)
    guard needed <= available else {
      throw TraineeError(
        "\(configuration.model) with batches of \(configuration.batchSize) images of \(model.input) takes at least "
          + "\(gigabytes(needed)) of memory; there are \(gigabytes(available)). Choose a smaller batch, network or image."
      )
    }
  }
}
