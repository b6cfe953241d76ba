import Foundation
import NeuralNet
import Randomness

/// The layout of one network, actor or critic: inputs, one hidden layer, a linear head.
///
/// The parameters themselves are one flat array beside it.
///
/// T steps, D inputs, H hidden units, O outputs; every array is step after step.
struct ActorCriticNetwork: Sendable, Equatable {
  let shape: NetworkShape
  let inputCount: Int
  let outputCount: Int
  let table: ParameterTable
  /// The weights of the inputs: (H, D) for the MLP, (4 H, D) for the LSTM, whose gates come in PyTorch's order: input, forget, cell, output.
  let input: MatrixView
  /// The weights of the hidden units of the step before (4 H, H), the LSTM's alone.
  let recurrent: MatrixView
  let hiddenBiasOffset: Int
  /// The weights of the head (O, H).
  let head: MatrixView
  let headBiasOffset: Int
  /// Where the parts of a GRU lie; nil for other networks.
  let gru: GRULayout?

  var hidden: Int { shape.hidden }

  /// Numbers that the network carries from step to step: hidden units, then cells.
  var stateCount: Int {
    switch shape {
    case .mlp: 0
    case .lstm: 2 * hidden
    case .gru: hidden
    }
  }

  /// Lays out the parameters, whose names begin with `name`; vectors named in `extra` follow the head, `outputName`.
  init(
    name: String, shape: NetworkShape, inputCount: Int, outputName: String, outputCount: Int,
    extra: KeyValuePairs<String, Int> = [:]
  ) {
    self.shape = shape
    self.inputCount = inputCount
    self.outputCount = outputCount
    var table = ParameterTable()
    let hidden = shape.hidden
    if case .gru(let embedding, _) = shape {
      let layout = GRULayout(
        name: name, inputs: inputCount, embedding: embedding, cells: hidden, outputName: outputName,
        outputs: outputCount, in: &table)
      gru = layout
      (input, recurrent, head) = (layout.embeddingWeight, layout.recurrentWeight, layout.headWeight)
      (hiddenBiasOffset, headBiasOffset) = (layout.embeddingBias.offset, layout.headBias.offset)
      for (extraName, count) in extra { table.declare("\(name).\(extraName)", shape: [count]) }
      self.table = table
      return
    }
    gru = nil
    switch shape {
    case .gru: preconditionFailure("a GRU was laid out above")
    case .mlp:
      let weight = table.declare("\(name).hidden.weight", shape: [hidden, inputCount]).lowerBound
      input = MatrixView(offset: weight, rows: hidden, columns: inputCount)
      recurrent = MatrixView(offset: 0, rows: 0, columns: 0)
      hiddenBiasOffset = table.declare("\(name).hidden.bias", shape: [hidden]).lowerBound
    case .lstm:
      let weight = table.declare("\(name).lstm.inputWeight", shape: [4 * hidden, inputCount]).lowerBound
      input = MatrixView(offset: weight, rows: 4 * hidden, columns: inputCount)
      let recurrentWeight = table.declare("\(name).lstm.recurrentWeight", shape: [4 * hidden, hidden])
        .lowerBound
      recurrent = MatrixView(offset: recurrentWeight, rows: 4 * hidden, columns: hidden)
      hiddenBiasOffset = table.declare("\(name).lstm.bias", shape: [4 * hidden]).lowerBound
    }
    let headWeight = table.declare("\(name).\(outputName).weight", shape: [outputCount, hidden]).lowerBound
    head = MatrixView(offset: headWeight, rows: outputCount, columns: hidden)
    headBiasOffset = table.declare("\(name).\(outputName).bias", shape: [outputCount]).lowerBound
    for (extraName, count) in extra { table.declare("\(name).\(extraName)", shape: [count]) }
    self.table = table
  }

  /// Orthogonal weights; biases of zero, but of 1 for forget gates.
  ///
  /// Huang et al., 2022, core detail 2 (gain sqrt 2 before tanh, `headGain` for
  /// the head) and LSTM detail 1 (gain 1).
  func initialParameters(headGain: Float, using generator: inout SeededGenerator) -> [Float] {
    var parameters = [Float](repeating: 0, count: table.count)
    func fill(_ view: MatrixView, gain: Float) {
      let values = orthogonalMatrix(
        rows: view.rows, columns: view.columns, gain: gain, using: &generator)
      parameters.replaceSubrange(view.offset..<view.offset + values.count, with: values)
    }
    switch shape {
    case .mlp:
      fill(input, gain: Float(2).squareRoot())
    case .gru:
      fill(input, gain: Float(2).squareRoot())
      if let gru { fill(gru.inputWeight, gain: 1) }
      fill(recurrent, gain: 1)
    case .lstm:
      fill(input, gain: 1)
      fill(recurrent, gain: 1)
      // Forget gates begin open (Jozefowicz et al., 2015): without this a cue 20 steps old was never learned.
      for unit in hidden..<2 * hidden { parameters[hiddenBiasOffset + unit] = 1 }
    }
    fill(head, gain: headGain)
    return parameters
  }

  /// The outputs of steps `steps` of `inputs` (all steps, D), in `tape.outputs` from its beginning; `state` goes from
  /// before the first step to after the last.
  func forward(
    _ parameters: [Float], inputs: [Float], steps: Range<Int>, state: inout [Float], tape: inout Tape
  ) {
    if let gru {
      return forwardGRU(gru, parameters, inputs: inputs, steps: steps, state: &state, tape: &tape)
    }
    switch shape {
    case .gru: break
    case .mlp: forwardMLP(parameters, inputs: inputs, steps: steps, tape: &tape)
    case .lstm: forwardLSTM(parameters, inputs: inputs, steps: steps, state: &state, tape: &tape)
    }
    for step in 0..<steps.count {
      for output in 0..<outputCount {
        tape.outputs[step * outputCount + output] = parameters[headBiasOffset + output]
      }
      head.addProduct(
        parameters, tape.hidden, at: (step + 1) * hidden, to: &tape.outputs, at: step * outputCount)
    }
  }

  /// Adds to `gradient` the derivative of a loss whose derivative by each output is in `tape.outputGradients`; follows
  /// ``forward(_:inputs:steps:state:tape:)`` of the same steps.
  func backward(
    _ parameters: [Float], inputs: [Float], steps: Range<Int>, tape: inout Tape, gradient: inout [Float]
  ) {
    if let gru { return backwardGRU(gru, steps: steps, tape: &tape, gradient: &gradient) }
    for step in 0..<steps.count {
      head.addOuterProduct(
        tape.outputGradients, at: step * outputCount, tape.hidden, at: (step + 1) * hidden, to: &gradient)
      for output in 0..<outputCount {
        gradient[headBiasOffset + output] += tape.outputGradients[step * outputCount + output]
      }
    }
    switch shape {
    case .gru: break
    case .mlp: backwardMLP(parameters, inputs: inputs, steps: steps, tape: &tape, gradient: &gradient)
    case .lstm: backwardLSTM(parameters, inputs: inputs, steps: steps, tape: &tape, gradient: &gradient)
    }
  }
}

/// What a forward pass leaves for the backward pass, reused from one minibatch to the next.
struct Tape {
  /// Hidden units (T + 1, H), row 0 the state before the first step.
  var hidden: [Float]
  /// The LSTM's cells (T + 1, H), row 0 the state before the first step.
  var cells: [Float]
  /// The LSTM's gates (T, 4 H) after their activation.
  var gates: [Float]
  /// What the head gives (T, O).
  var outputs: [Float]
  /// The loss's derivative by each output (T, O).
  var outputGradients: [Float]
  /// One step's derivative (4 H) by what goes into the activation.
  var activationGradient: [Float]
  /// The derivative (H) by the hidden units of the step at hand.
  var hiddenGradient: [Float]
  /// The derivative (H) by the cells of the step at hand, as later steps see them.
  var cellGradient: [Float]
  /// A GRU's pass.
  var pass: GRUPass?

  /// Room for `steps` steps of `network`.
  init(for network: ActorCriticNetwork, steps: Int) {
    func zeros(_ count: Int) -> [Float] { Array(repeating: 0, count: count) }
    let recurrentSteps = network.shape.isRecurrent ? steps : 0
    hidden = zeros((steps + 1) * network.hidden)
    cells = zeros((recurrentSteps + 1) * network.hidden)
    gates = zeros(recurrentSteps * 4 * network.hidden)
    outputs = zeros(steps * network.outputCount)
    outputGradients = zeros(steps * network.outputCount)
    activationGradient = zeros(4 * network.hidden)
    hiddenGradient = zeros(network.hidden)
    cellGradient = zeros(network.hidden)
  }
}
