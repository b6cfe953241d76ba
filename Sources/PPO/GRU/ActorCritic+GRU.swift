import NeuralNet

extension ActorCritic {
  /// The weights of a GRU actor as acting reads them, made once for many decisions; nil for other actors.
  public var prepared: PreparedActor? {
    actor.gru.map { PreparedActor(weights: GRUWeights($0, parameters: actorParameters), layout: $0) }
  }
}

/// A GRU actor ready to act.
public struct PreparedActor: Sendable {
  let weights: GRUWeights
  let layout: GRULayout

  /// The mean action; `state`, the cells, moves on by one step.
  func meanAction(observation: [Float], state: inout [Float]) -> [Float] {
    let pass = GRUPass(weights, episodes: 1, steps: 1, operations: RowOperations.chosen)
    pass.set(observation[...], step: 0, episode: 0)
    for (cell, value) in state.enumerated() { pass.firstStates[cell] = value }
    pass.forward()
    for cell in state.indices { state[cell] = pass.lastStates[cell] }
    return (0..<layout.outputs).map { pass.output($0, step: 0, episode: 0) }
  }
}

extension RowOperations {
  /// Those of the instruction set that the environment names, or of the fastest.
  static let chosen = RowOperations((try? InstructionSet.chosen()) ?? .best)
}

/// A GRU over a stretch of one episode, for the tape of an update.
extension ActorCriticNetwork {
  func forwardGRU(
    _ layout: GRULayout, _ parameters: [Float], inputs: [Float], steps: Range<Int>, state: inout [Float],
    tape: inout Tape
  ) {
    let pass = GRUPass(
      GRUWeights(layout, parameters: parameters), episodes: 1, steps: steps.count,
      operations: RowOperations.chosen)
    for (step, place) in steps.enumerated() {
      pass.set(inputs[place * inputCount..<(place + 1) * inputCount], step: step, episode: 0)
    }
    for (cell, value) in state.enumerated() { pass.firstStates[cell] = value }
    pass.forward()
    for cell in state.indices { state[cell] = pass.lastStates[cell] }
    for step in 0..<steps.count {
      for output in 0..<outputCount {
        tape.outputs[step * outputCount + output] = pass.output(output, step: step, episode: 0)
      }
    }
    tape.pass = pass
  }

  func backwardGRU(_ layout: GRULayout, steps: Range<Int>, tape: inout Tape, gradient: inout [Float]) {
    guard let pass = tape.pass else { return }
    pass.clearSlopes()
    for step in 0..<steps.count {
      for output in 0..<outputCount {
        pass.setSlope(tape.outputGradients[step * outputCount + output], output, step: step, episode: 0)
      }
    }
    let packed = GRUWeights(layout)
    pass.backward(into: packed)
    packed.add(to: &gradient)
  }
}
