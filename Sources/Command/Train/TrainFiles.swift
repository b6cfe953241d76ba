import BuiltInTrainees
import Files
import MetaLR
import Training

/// What a training run writes.
struct TrainFiles {
  let folder: String

  var log: String { "\(folder)/run.csv" }
  var picture: String { "\(folder)/run.svg" }
  var model: String { "\(folder)/model.safetensors" }
  var events: String { "\(folder)/\(EventTime.fileName)" }

  /// The weights after so many steps.
  func snapshot(at step: Int) -> String { "\(folder)/snapshot-\(step).safetensors" }

  /// Writes a network's weights under their PyTorch names.
  func write(_ classifier: ImageClassifier, to path: String) throws {
    let tensors = classifier.weights.map { ($0.name, Tensor(shape: $0.shape, values: .float32($0.values))) }
    let file = Safetensors(
      tensors: Dictionary(uniqueKeysWithValues: tensors),
      metadata: ["model": "\(classifier.configuration.model)", "dataset": classifier.data.name])
    try AtomicFile.write(file.encoded(), to: path)
  }
}
