import Foundation
import NeuralNet
import Trainee

extension DrawnTrainee {
  /// What a run needs to go on from here.
  struct Snapshot {
    let parameters, statistics: [Float]
    let trainingPasses: UInt32
    let optimizer: Optimizer.State
    let average: [Float]
    let meter: StepMeter.State
    let predictions: [Float]
    let run: Run
  }

  /// A name for the state, which stays in memory.
  public func snapshot() -> Data {
    guard let run else { preconditionFailure("snapshot was called before reset") }
    snapshotCount += 1
    snapshots[snapshotCount] = Snapshot(
      parameters: Array(network.parameters.elements),
      statistics: Array(network.statistics.elements),
      trainingPasses: network.trainingPasses, optimizer: optimizer.state,
      average: average.map { Array($0.weights.elements) } ?? [], meter: meter.state,
      predictions: Array(predictions.now.elements), run: run)
    return Data("\(snapshotCount)".utf8)
  }

  /// Goes back to a snapshot of this run.
  ///
  /// - Throws: `TraineeError` for one that this run did not make.
  public func restore(_ snapshot: Data) throws {
    guard let number = UInt64(String(decoding: snapshot, as: UTF8.self)),
      let saved = snapshots[number]
    else {
      throw TraineeError(
        "The snapshot is not of this run of a drawn problem. Restore one that it made.")
    }
    network.parameters.assign(saved.parameters)
    network.statistics.assign(saved.statistics)
    network.trainingPasses = saved.trainingPasses
    firstGradient = nil
    try optimizer.restore(saved.optimizer)
    average?.weights.assign(saved.average)
    if saved.run.step == 0 { optimizer.begin(network.parameters) }
    meter.restore(saved.meter, parameters: network.parameters)
    predictions.now.assign(saved.predictions)
    run = saved.run
  }

  /// Forgets a snapshot.
  public func discard(_ snapshot: Data) {
    guard let number = UInt64(String(decoding: snapshot, as: UTF8.self)) else { return }
    snapshots[number] = nil
  }
}
