import NeuralNet

/// The average of a run's weights.
final class WeightAverage {
  /// The average; the initial weights before the first step.
  let weights: AlignedBuffer<Float>

  private let averaging: WeightAveraging

  init(_ averaging: WeightAveraging, count: Int) {
    self.averaging = averaging
    weights = AlignedBuffer(count: count)
  }

  /// Begins a run.
  func begin(_ parameters: AlignedBuffer<Float>) { weights.copy(parameters) }

  /// Takes the weights after a step in, t from 1: x += share (w - x).
  func add(_ parameters: AlignedBuffer<Float>, step: Int) {
    let share = Float(averaging.share(step: step))
    let (average, parameters) = (weights.pointer, parameters.pointer)
    for place in 0..<weights.count { average[place] += share * (parameters[place] - average[place]) }
  }
}
