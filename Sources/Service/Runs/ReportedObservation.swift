import MetaLR

/// What a training job reports: an `Observation` less what the service knows itself.
struct ReportedObservation: Codable, Sendable, Equatable {
  var step: Int
  var trainLoss: Reading
  var validationLoss: Reading
  var predictionVariance: Reading
  var predictionChangeVariance: Reading
  var weightMean: Reading
  var weightVariance: Reading

  /// The numbers, in the order in which they are stored.
  private var readings: [Reading] {
    [trainLoss, validationLoss, predictionVariance, predictionChangeVariance, weightMean, weightVariance]
  }

  /// The observation that the controller sees.
  func observation(stepBudget: Int, learningRate: Double) -> Observation {
    Observation(
      step: step, stepBudget: stepBudget, trainLoss: trainLoss.value, validationLoss: validationLoss.value,
      predictionVariance: predictionVariance.value,
      predictionChangeVariance: predictionChangeVariance.value, weightMean: weightMean.value,
      weightVariance: weightVariance.value, learningRate: learningRate)
  }

  /// Refuses what no training run can measure; numbers that are not finite are let through.
  ///
  /// - Throws: ``ServiceError`` that names the number.
  func validate() throws(ServiceError) {
    for (name, reading) in [
      ("predictionVariance", predictionVariance), ("predictionChangeVariance", predictionChangeVariance),
      ("weightVariance", weightVariance),
    ] where reading.value < 0 {
      throw .invalid("\(name) is \(reading.value).", remedy: "Give a variance, which is never negative.")
    }
    guard step >= 0 else {
      throw .invalid("step is \(step).", remedy: "Give the optimizer steps done so far, at least 0.")
    }
  }

  /// The six numbers as stored: 48 bytes, every bit of them, because SQLite keeps neither NaN nor -0.
  var stored: [UInt8] {
    var bytes = ByteWriter(capacity: 48)
    for reading in readings { bytes.append(reading.value) }
    return bytes.bytes
  }

}

extension ReportedObservation {
  /// Reads what ``stored`` wrote.
  init?(step: Int, stored: some Collection<UInt8>) {
    var bytes = ByteReader(stored)
    var values: [Reading] = []
    while let value = bytes.double() { values.append(Reading(value)) }
    guard values.count == 6, bytes.isAtEnd else { return nil }
    self.step = step
    trainLoss = values[0]
    validationLoss = values[1]
    predictionVariance = values[2]
    predictionChangeVariance = values[3]
    weightMean = values[4]
    weightVariance = values[5]
  }
}
