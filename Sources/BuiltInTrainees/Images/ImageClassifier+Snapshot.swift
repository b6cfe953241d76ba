import Datasets
import Foundation
import NeuralNet
import Trainee

/// A snapshot is a line of JSON that describes it, then floats in the machine's order.
///
/// The parts: parameters, statistics of batch normalization, the optimizer's buffers, the average of the
/// weights where there is one, the last predictions, and the meter's three vectors where gradients and
/// updates are measured.
extension ImageClassifier {
  private static let format = "metalr image classifier 1"

  private struct Header: Codable {
    var format: String
    var run: Run
    var optimizer: Optimizer.Configuration
    var optimizerStep: Int64
    /// The optimizer's scalars by name; nil where it has none.
    var optimizerScalars: [String: Double]?
    /// Nil where there is none.
    var averaging: WeightAveraging?
    /// Norms of the last gradient and update; nil where none were measured.
    var meterNorms: [Double]?
    /// Floats of each part.
    var counts: [Int]
  }

  /// Everything that the run needs to go on: weights, optimizer state, running statistics, the place in the
  /// order of images, and the predictions to compare the next with.
  ///
  /// - Precondition: A run was started or restored.
  public func snapshot() throws -> Data {
    guard let run else { preconditionFailure("snapshot was called before reset") }
    let state = optimizer.state
    let measured = meter?.state
    let parts =
      [Array(network.parameters.elements), Array(network.statistics.elements)] + state.slots
      + (average.map { [Array($0.weights.elements)] } ?? []) + [Array(predictions.elements)]
      + (measured?.vectors ?? [])
    let header = Header(
      format: Self.format, run: run, optimizer: configuration.optimizer, optimizerStep: state.step,
      optimizerScalars: state.scalars.isEmpty ? nil : state.scalars,
      averaging: average == nil ? nil : configuration.averaging,
      meterNorms: measured?.lastNorms.map { [$0.gradient, $0.update] }, counts: parts.map(\.count))
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    var snapshot = try encoder.encode(header)
    snapshot.append(UInt8(ascii: "\n"))
    for part in parts { part.withUnsafeBytes { snapshot.append(contentsOf: $0) } }
    return snapshot
  }

  /// Goes back to a snapshot of a trainee with the same data, model, optimizer and average.
  ///
  /// Where the snapshot has no measurements, they begin with it.
  ///
  /// - Throws: `TraineeError` when the snapshot is truncated, of another trainee, or no snapshot at all;
  ///   the trainee is then as it was.
  public func restore(_ snapshot: Data) throws {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let end = snapshot.firstIndex(of: UInt8(ascii: "\n")),
      let header = try? decoder.decode(Header.self, from: snapshot[..<end])
    else { throw TraineeError("The snapshot has no readable header. Restore one that a trainee made.") }
    guard header.format == Self.format else {
      throw TraineeError("The snapshot is a '\(header.format)'. Restore a '\(Self.format)'.")
    }
    var parts = try Self.floats(snapshot[snapshot.index(after: end)...], counts: header.counts)
    let count = network.parameters.count
    let expected =
      [count, network.statistics.count] + optimizer.slotCounts + (average == nil ? [] : [count])
      + [predictions.count]
    let measured = [count, count, count]
    guard header.counts == expected || header.counts == expected + measured,
      header.optimizer == configuration.optimizer,
      (header.averaging ?? .none) == configuration.averaging,
      header.run.order.count == data.train.count, header.run.step >= 0, header.run.stepBudget > 0,
      header.optimizerStep >= 0
    else {
      throw TraineeError(
        "The snapshot has parts of \(header.counts) floats and optimizer '\(header.optimizer)' over "
          + "\(header.run.order.count) images; this trainee has \(expected), "
          + "'\(configuration.optimizer)' and \(data.train.count). "
          + "Restore it to a trainee of the same data, model, optimizer and averaging.")
    }
    let meterVectors = Array(parts[expected.count...])
    parts.removeLast(meterVectors.count)
    let slots = Array(parts[2..<2 + optimizer.slotCounts.count])
    do {
      try optimizer.restore(
        Optimizer.State(step: header.optimizerStep, slots: slots, scalars: header.optimizerScalars ?? [:]))
    } catch { throw TraineeError(error.description) }
    network.parameters.assign(parts[0])
    network.statistics.assign(parts[1])
    predictions.assign(parts[expected.count - 1])
    average?.weights.assign(parts[expected.count - 2])
    // Before the first step the state of an optimizer follows from the weights.
    if header.optimizerStep == 0 { optimizer.begin(network.parameters) }
    beginMeter()
    if let meter, !meterVectors.isEmpty {
      let norms = header.meterNorms ?? []
      meter.restore(
        StepMeter.State(vectors: meterVectors, lastNorms: norms.count == 2 ? (norms[0], norms[1]) : nil),
        parameters: network.parameters)
    }
    run = header.run
  }

  private static func floats(_ bytes: Data, counts: [Int]) throws(TraineeError) -> [[Float]] {
    var total = 0
    for count in counts {
      let (sum, overflow) = total.addingReportingOverflow(count)
      guard count >= 0, !overflow, sum <= bytes.count / 4 else { throw wrongLength(bytes, counts) }
      total = sum
    }
    guard bytes.count == 4 * total else { throw wrongLength(bytes, counts) }
    var place = bytes.startIndex
    return counts.map { count in
      defer { place += 4 * count }
      return [Float](unsafeUninitializedCapacity: count) { buffer, filled in
        bytes.copyBytes(to: UnsafeMutableRawBufferPointer(buffer), from: place..<place + 4 * count)
        filled = count
      }
    }
  }

  private static func wrongLength(_ bytes: Data, _ counts: [Int]) -> TraineeError {
    TraineeError(
      "The snapshot announces parts of \(counts) floats but holds \(bytes.count) bytes. It is truncated or "
        + "damaged: restore another.")
  }
}
