import Foundation

extension ActorCriticNetwork {
  /// Computes hidden = tanh(W x + b), step by step.
  func forwardMLP(_ parameters: [Float], inputs: [Float], steps: Range<Int>, tape: inout Tape) {
    for step in 0..<steps.count {
      let row = (step + 1) * hidden
      for unit in 0..<hidden { tape.hidden[row + unit] = parameters[hiddenBiasOffset + unit] }
      input.addProduct(
        parameters, inputs, at: (steps.lowerBound + step) * inputCount, to: &tape.hidden, at: row)
      for unit in 0..<hidden { tape.hidden[row + unit] = tanh(tape.hidden[row + unit]) }
    }
  }

  func backwardMLP(
    _ parameters: [Float], inputs: [Float], steps: Range<Int>, tape: inout Tape, gradient: inout [Float]
  ) {
    for step in 0..<steps.count {
      let row = (step + 1) * hidden
      for unit in 0..<hidden { tape.hiddenGradient[unit] = 0 }
      head.addTransposedProduct(
        parameters, tape.outputGradients, at: step * outputCount, to: &tape.hiddenGradient, at: 0)
      for unit in 0..<hidden {
        let activated = tape.hidden[row + unit]
        let derivative = tape.hiddenGradient[unit] * (1 - activated * activated)
        tape.activationGradient[unit] = derivative
        gradient[hiddenBiasOffset + unit] += derivative
      }
      input.addOuterProduct(
        tape.activationGradient, at: 0, inputs, at: (steps.lowerBound + step) * inputCount, to: &gradient)
    }
  }
}
