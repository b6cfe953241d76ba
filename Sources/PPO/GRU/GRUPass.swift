import NeuralNet

/// A pass of a GRU actor over episodes side by side: every product is over all of them.
///
/// N episodes of at most T steps; rows are (step, episode). An episode that is over goes on with zeros, which nothing
/// reads.
final class GRUPass {
  private let weights: GRUWeights
  private let operations: RowOperations
  private let episodes: Int
  private let steps: Int
  private let x, embeddingSum, embedded, inputSum, recurrentSum, gates, states,
    outputSum: AlignedBuffer<Float>

  /// Outputs in one row of ``output(step:episode:)``.
  private var rows: Int { episodes * steps }

  /// Takes memory for so many episodes and steps.
  init(_ weights: GRUWeights, episodes: Int, steps: Int, operations: RowOperations) {
    self.weights = weights
    self.operations = operations
    self.episodes = episodes
    self.steps = steps
    let rows = episodes * steps
    x = AlignedBuffer(count: rows * weights.inputs)
    embeddingSum = AlignedBuffer(count: rows * weights.embedding)
    embedded = AlignedBuffer(count: rows * weights.embedding)
    inputSum = AlignedBuffer(count: rows * weights.gates)
    recurrentSum = AlignedBuffer(count: rows * weights.gates)
    gates = AlignedBuffer(count: rows * weights.gates)
    states = AlignedBuffer(count: (rows + episodes) * weights.cells)
    outputSum = AlignedBuffer(count: rows * weights.outputs)
  }

  /// Sets what an episode sees at a step.
  func set(_ observation: ArraySlice<Float>, step: Int, episode: Int) {
    var place = x.pointer + (step * episodes + episode) * weights.inputs
    for value in observation {
      place.pointee = value
      place += 1
    }
  }

  /// An output of a step.
  func output(_ index: Int, step: Int, episode: Int) -> Float {
    outputSum.pointer[(step * episodes + episode) * weights.outputs + index]
  }

  /// The states of the cells before the first step (episodes, padded cells), 0 at first.
  var firstStates: UnsafeMutablePointer<Float> { states.pointer }

  /// The states after the last step.
  var lastStates: UnsafeMutablePointer<Float> { states.pointer + rows * weights.cells }

  /// Computes every output.
  func forward() {
    let w = weights
    operations.product(
      x.pointer, rows: rows, inner: w.inputs, w.embeddingWeight, columns: w.embedding, bias: w.embeddingBias,
      into: embeddingSum.pointer)
    operations.tanh(embeddingSum.pointer, count: rows * w.embedding, into: embedded.pointer)
    operations.product(
      embedded.pointer, rows: rows, inner: w.embedding, w.inputWeight, columns: w.gates, bias: w.inputBias,
      into: inputSum.pointer)
    for step in 0..<steps {
      let (gate, state) = (step * episodes * w.gates, step * episodes * w.cells)
      operations.product(
        states.pointer + state, rows: episodes, inner: w.cells, w.recurrentWeight, columns: w.gates,
        bias: w.recurrentBias, into: recurrentSum.pointer + gate)
      operations.gruForward(
        rows: episodes, units: w.cells, input: inputSum.pointer + gate,
        recurrent: recurrentSum.pointer + gate, previous: states.pointer + state,
        gates: gates.pointer + gate, state: states.pointer + state + episodes * w.cells)
    }
    operations.product(
      states.pointer + episodes * w.cells, rows: rows, inner: w.cells, w.headWeight, columns: w.outputs,
      bias: w.headBias, into: outputSum.pointer)
  }

  /// Sets the derivative of a loss by an output; unset ones must be 0, see ``clearSlopes()``.
  func setSlope(_ slope: Float, _ index: Int, step: Int, episode: Int) {
    outputSum.pointer[(step * episodes + episode) * weights.outputs + index] = slope
  }

  /// Forgets the outputs: every derivative is 0.
  func clearSlopes() { outputSum.elements.update(repeating: 0) }

  /// The gradient of the loss whose derivatives by the outputs are set.
  func backward(into gradient: GRUWeights) {
    let w = weights
    operations.transposedProduct(
      states.pointer + episodes * w.cells, rows: rows, inner: w.cells, outputSum.pointer, columns: w.outputs,
      into: gradient.headWeight)
    operations.sums(outputSum.pointer, rows: rows, columns: w.outputs, into: gradient.headBias)
    let headTransposed = transposed(w.headWeight, rows: w.cells, columns: w.outputs)
    let recurrentTransposed = transposed(w.recurrentWeight, rows: w.cells, columns: w.gates)
    let inputTransposed = transposed(w.inputWeight, rows: w.embedding, columns: w.gates)
    let stateSlopes = AlignedBuffer<Float>(count: rows * w.cells)
    operations.product(
      outputSum.pointer, rows: rows, inner: w.outputs, headTransposed.pointer, columns: w.cells,
      into: stateSlopes.pointer)
    let inputSlopes = AlignedBuffer<Float>(count: rows * w.gates)
    let recurrentSlopes = AlignedBuffer<Float>(count: rows * w.gates)
    let carried = AlignedBuffer<Float>(count: episodes * w.cells)
    let through = AlignedBuffer<Float>(count: episodes * w.cells)
    for step in stride(from: steps - 1, through: 0, by: -1) {
      let (gate, state) = (step * episodes * w.gates, step * episodes * w.cells)
      for place in 0..<episodes * w.cells { carried.pointer[place] += stateSlopes.pointer[state + place] }
      operations.gruBackward(
        rows: episodes, units: w.cells, gates: gates.pointer + gate, recurrent: recurrentSum.pointer + gate,
        previous: states.pointer + state, slope: carried.pointer, inputSlope: inputSlopes.pointer + gate,
        recurrentSlope: recurrentSlopes.pointer + gate)
      operations.product(
        recurrentSlopes.pointer + gate, rows: episodes, inner: w.gates, recurrentTransposed.pointer,
        columns: w.cells, into: through.pointer)
      for place in 0..<episodes * w.cells { carried.pointer[place] += through.pointer[place] }
    }
    operations.transposedProduct(
      states.pointer, rows: rows, inner: w.cells, recurrentSlopes.pointer, columns: w.gates,
      into: gradient.recurrentWeight)
    operations.sums(recurrentSlopes.pointer, rows: rows, columns: w.gates, into: gradient.recurrentBias)
    operations.transposedProduct(
      embedded.pointer, rows: rows, inner: w.embedding, inputSlopes.pointer, columns: w.gates,
      into: gradient.inputWeight)
    operations.sums(inputSlopes.pointer, rows: rows, columns: w.gates, into: gradient.inputBias)
    let embeddedSlopes = AlignedBuffer<Float>(count: rows * w.embedding)
    operations.product(
      inputSlopes.pointer, rows: rows, inner: w.gates, inputTransposed.pointer, columns: w.embedding,
      into: embeddedSlopes.pointer)
    operations.tanhBackward(embeddingSum.pointer, count: rows * w.embedding, embeddedSlopes.pointer)
    operations.transposedProduct(
      x.pointer, rows: rows, inner: w.inputs, embeddedSlopes.pointer, columns: w.embedding,
      into: gradient.embeddingWeight)
    operations.sums(embeddedSlopes.pointer, rows: rows, columns: w.embedding, into: gradient.embeddingBias)
  }

  private func transposed(_ matrix: UnsafePointer<Float>, rows: Int, columns: Int) -> AlignedBuffer<Float> {
    let result = AlignedBuffer<Float>(count: rows * columns)
    operations.transpose(matrix, rows: rows, columns: columns, into: result.pointer)
    return result
  }
}
