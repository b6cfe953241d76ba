import NeuralNet

extension ImageClassifier {
  /// A named array of the network.
  public struct Weights: Sendable, Equatable {
    /// The name in PyTorch's manner, for instance `conv1.weight`.
    public let name: String
    /// The shape, outermost axis first.
    public let shape: [Int]
    /// The numbers in row-major order.
    public let values: [Float]
  }

  /// The weights that the run is judged by, then the running statistics that belong to them.
  public var weights: [Weights] {
    func arrays(_ table: ParameterTable, _ buffer: AlignedBuffer<Float>) -> [Weights] {
      table.entries.map { Weights(name: $0.name, shape: $0.shape, values: Array(buffer.elements[$0.range])) }
    }
    return judged {
      arrays(network.model.parameters, network.parameters)
        + arrays(network.model.statistics, network.statistics)
    }
  }

  /// The softmax outputs on the test split with the weights that the run is judged by, (image, class).
  public func testProbabilities() -> [Float] {
    let count = data.test.count * data.classes
    return [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      let probabilities = UnsafeMutableBufferPointer(rebasing: buffer[..<count])
      _ = judged {
        network.evaluate(testSource, indices: data.test.indices, probabilities: probabilities)
      }
      filled = count
    }
  }

  /// The right class of each image of the test split.
  public var testLabels: [UInt8] { data.test.indices.map { data.test.images.labels[Int($0)] } }
}
