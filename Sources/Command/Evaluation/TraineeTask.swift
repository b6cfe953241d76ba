import Datasets
import Experiments
import MetaLR
import NeuralNet

/// The data loaded and the network described: everything that trainees are made from.
struct TraineeTask {
  /// What cards and tables say of it.
  let description: TraineeDescription
  private let data: DataSplits
  private let configuration: ImageClassifier.Configuration

  /// Loads the data that the options name.
  init(_ options: TraineeOptions, preset: Preset) throws {
    data = try options.data.load(preset)
    configuration = ImageClassifier.Configuration(
      model: options.specification, optimizer: try Optimizer.Configuration(name: options.optimizer),
      batchSize: options.batchSize ?? preset.batchSize)
    // Says what is impossible before any work begins, not when the first trainee is made.
    _ = try ImageClassifier(data: data, configuration: configuration)
    description = TraineeDescription(
      dataset: data.name, datasetHash: data.contentHash(),
      splitSizes: [data.train.count, data.validation.count, data.test.count],
      model: "\(configuration.model)", optimizer: configuration.optimizer.name,
      batchSize: configuration.batchSize)
  }

  /// Trainees that work side by side on this task.
  func pool(workers: Int) -> TraineePool {
    let (data, configuration) = (data, configuration)
    return TraineePool(workers: workers) { try ImageClassifier(data: data, configuration: configuration) }
  }
}
