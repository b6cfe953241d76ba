import BuiltInTrainees
import Dispatch
import NeuralNet

/// Measures what the cores can do at most with an instruction set: multiply-adds in registers alone.
struct PeakProbe {
  private let instructionSet: InstructionSet
  private let threads: Int
  private let rounds: Int

  /// A probe of some threads at once that takes about 4 ms.
  init(_ instructionSet: InstructionSet, threads: Int) {
    self.instructionSet = instructionSet
    self.threads = threads
    let trial = 20_000
    let time = seconds { _ = instructionSet.probe(rounds: trial) }
    rounds = max(Int(Double(trial) * 4e-3 / max(time, 1e-9)), 1)
  }

  /// Operations of all threads together, in a second.
  func operationsPerSecond() -> Double {
    var operations = 0.0
    let time = seconds {
      guard threads > 1 else {
        operations = instructionSet.probe(rounds: rounds)
        return
      }
      let (instructionSet, rounds) = (instructionSet, rounds)
      DispatchQueue.concurrentPerform(iterations: threads) { _ in _ = instructionSet.probe(rounds: rounds) }
      operations = Double(threads) * instructionSet.probe(rounds: 1) * Double(rounds)
    }
    return operations / time
  }
}
