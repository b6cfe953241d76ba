import Foundation

/// Long short-term memory as in PyTorch's `LSTM`, with one bias where PyTorch has two that are only ever added.
///
///     i, f, o = sigmoid(W x + U h + b), g = tanh(W x + U h + b), each its own rows
///     cell = f * cell + i * g
///     hidden = o * tanh(cell)
extension ActorCriticNetwork {
  func forwardLSTM(
    _ parameters: [Float], inputs: [Float], steps: Range<Int>, state: inout [Float], tape: inout Tape
  ) {
    for unit in 0..<hidden {
      tape.hidden[unit] = state[unit]
      tape.cells[unit] = state[hidden + unit]
    }
    for step in 0..<steps.count {
      let gates = step * 4 * hidden
      for gate in 0..<4 * hidden { tape.gates[gates + gate] = parameters[hiddenBiasOffset + gate] }
      input.addProduct(
        parameters, inputs, at: (steps.lowerBound + step) * inputCount, to: &tape.gates, at: gates)
      recurrent.addProduct(parameters, tape.hidden, at: step * hidden, to: &tape.gates, at: gates)
      for unit in 0..<hidden {
        let inputGate = sigmoid(tape.gates[gates + unit])
        let forgetGate = sigmoid(tape.gates[gates + hidden + unit])
        let candidate = tanh(tape.gates[gates + 2 * hidden + unit])
        let outputGate = sigmoid(tape.gates[gates + 3 * hidden + unit])
        tape.gates[gates + unit] = inputGate
        tape.gates[gates + hidden + unit] = forgetGate
        tape.gates[gates + 2 * hidden + unit] = candidate
        tape.gates[gates + 3 * hidden + unit] = outputGate
        let cell = forgetGate * tape.cells[step * hidden + unit] + inputGate * candidate
        tape.cells[(step + 1) * hidden + unit] = cell
        tape.hidden[(step + 1) * hidden + unit] = outputGate * tanh(cell)
      }
    }
    for unit in 0..<hidden {
      state[unit] = tape.hidden[steps.count * hidden + unit]
      state[hidden + unit] = tape.cells[steps.count * hidden + unit]
    }
  }

  /// Back-propagation through all the steps, from the last to the first.
  func backwardLSTM(
    _ parameters: [Float], inputs: [Float], steps: Range<Int>, tape: inout Tape, gradient: inout [Float]
  ) {
    for unit in 0..<hidden {
      tape.hiddenGradient[unit] = 0
      tape.cellGradient[unit] = 0
    }
    for step in stride(from: steps.count - 1, through: 0, by: -1) {
      head.addTransposedProduct(
        parameters, tape.outputGradients, at: step * outputCount, to: &tape.hiddenGradient, at: 0)
      differentiateGates(step: step, tape: &tape)
      for gate in 0..<4 * hidden { gradient[hiddenBiasOffset + gate] += tape.activationGradient[gate] }
      input.addOuterProduct(
        tape.activationGradient, at: 0, inputs, at: (steps.lowerBound + step) * inputCount, to: &gradient)
      recurrent.addOuterProduct(
        tape.activationGradient, at: 0, tape.hidden, at: step * hidden, to: &gradient)
      for unit in 0..<hidden { tape.hiddenGradient[unit] = 0 }
      recurrent.addTransposedProduct(
        parameters, tape.activationGradient, at: 0, to: &tape.hiddenGradient, at: 0)
    }
  }

  /// From the derivative by hidden units and cells after `step` to that by the gates' inputs and the cells before it.
  private func differentiateGates(step: Int, tape: inout Tape) {
    let gates = step * 4 * hidden
    for unit in 0..<hidden {
      let inputGate = tape.gates[gates + unit]
      let forgetGate = tape.gates[gates + hidden + unit]
      let candidate = tape.gates[gates + 2 * hidden + unit]
      let outputGate = tape.gates[gates + 3 * hidden + unit]
      let squashed = tanh(tape.cells[(step + 1) * hidden + unit])
      let hiddenGradient = tape.hiddenGradient[unit]
      let cellGradient =
        tape.cellGradient[unit] + hiddenGradient * outputGate * (1 - squashed * squashed)
      tape.activationGradient[unit] = cellGradient * candidate * inputGate * (1 - inputGate)
      tape.activationGradient[hidden + unit] =
        cellGradient * tape.cells[step * hidden + unit] * forgetGate * (1 - forgetGate)
      tape.activationGradient[2 * hidden + unit] = cellGradient * inputGate * (1 - candidate * candidate)
      tape.activationGradient[3 * hidden + unit] =
        hiddenGradient * squashed * outputGate * (1 - outputGate)
      tape.cellGradient[unit] = cellGradient * forgetGate
    }
  }

  private func sigmoid(_ value: Float) -> Float { 1 / (1 + exp(-value)) }
}
