import Files
import MetaLR
import Reports
import Training

/// Event files of many runs: a folder of each, which is what TensorBoard calls a run.
struct RunEvents {
  /// The folder above those of the runs.
  let folder: String

  /// Writes a training run under a name of several parts: method, rate and seed.
  func write(_ run: TrainingRun, name: [String]) throws(FileError) {
    try write(TensorBoardLog(run), name: name)
  }

  /// Writes a log under a name of several parts.
  func write(_ log: TensorBoardLog, name: [String]) throws(FileError) {
    let parts = name.map { String($0.map { $0 == "/" ? "_" : $0 }) }
    try log.write(to: "\(folder)/\(parts.joined(separator: "/"))/\(EventTime.fileName)")
  }
}

extension TensorBoardLog {
  /// The readings of a run after its first step.
  ///
  /// - Parameters:
  ///   - run: The run.
  ///   - times: When the reading of each step came; one without a time carries the time of this call.
  init(_ run: TrainingRun, times: [Int: Double] = [:]) {
    let now = EventTime.now
    self.init(wallTime: times.values.min() ?? now)
    for reading in run.observations.dropFirst() {
      addReading(
        step: reading.step, learningRate: reading.learningRate, trainLoss: reading.trainLoss,
        validationLoss: reading.validationLoss, at: times[reading.step] ?? now)
    }
  }

  /// Adds rate and losses.
  mutating func addReading(
    step: Int, learningRate: Double, trainLoss: Double, validationLoss: Double, at time: Double,
    others: [(tag: String, value: Double)] = []
  ) {
    let scalars = [
      ("learning_rate", learningRate), ("loss/train", trainLoss), ("loss/validation", validationLoss),
    ]
    for (tag, value) in scalars + others { addScalar(value, tag: tag, step: step, wallTime: time) }
  }
}
