import Datasets
import NeuralNet
import Trainee

/// Runs are judged by the average of their weights where that had the lower validation loss at the last
/// observation, else at the weights that the optimizer wants evaluated.
extension ImageClassifier {
  /// Mean loss and accuracy on the test split with the weights that the run is judged by.
  public func evaluate() -> Evaluation {
    let (lossSum, correct) = judged { network.evaluate(testSource, indices: data.test.indices) }
    let count = Double(data.test.count)
    return Evaluation(loss: lossSum / count, accuracy: Double(correct) / count)
  }

  /// Calls `body` while the network has the weights that the run is judged by.
  func judged<Result>(_ body: () -> Result) -> Result {
    at(run?.usesAverage == true ? average?.weights : optimizer.evaluationWeights, body)
  }

  /// Calls `body` while the network has other weights than those it trains; nil is those it trains.
  ///
  /// Statistics of batch normalizations belong to the trained weights, and are estimated anew at others
  /// (Defazio et al., 2024, appendix A): over enough batches for 1,000 images, at most 50, spread evenly over
  /// the training split.
  func at<Result>(_ weights: AlignedBuffer<Float>?, _ body: () -> Result) -> Result {
    guard let weights else { return body() }
    spareParameters.copy(network.parameters)
    let statistics = Array(network.statistics.elements)
    network.parameters.copy(weights)
    if !statistics.isEmpty { network.estimateStatistics(trainSource, batches: statisticsBatches) }
    defer {
      network.parameters.copy(spareParameters)
      network.statistics.assign(statistics)
    }
    return body()
  }

  private var statisticsBatches: [[Int32]] {
    let size = configuration.batchSize
    let count = min(50, (1000 + size - 1) / size)
    let images = min(count * size, max(data.train.count, size))
    return (0..<count).map { batch in
      stride(from: batch, to: images, by: count).map { place in
        data.train.indices[place * data.train.count / images]
      }
    }.filter { !$0.isEmpty }
  }
}
