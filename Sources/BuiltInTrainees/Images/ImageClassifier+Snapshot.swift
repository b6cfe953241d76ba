import Datasets
import Foundation
import NeuralNet
import Trainee

/// A snapshot is a line of JSON that describes it, then floats in the machine's order: parameters, statistics of
/// batch normalisation, the optimizer's buffers, and the last predictions.
extension ImageClassifier {
  private static let format = "metalr image classifier 1"

  private struct Header: Codable {
    var format: String
    var run: Run
    var optimizer: Optimizer.Configuration
    var optimizerStep: Int64
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
    let parts =
      [Array(network.parameters.elements), Array(network.statistics.elements)]
      + state.slots + [Array(predictions.elements)]
    let header = Header(
      format: Self.format, run: run, optimizer: configuration.optimizer, optimizerStep: state.step,
      counts: parts.map(\.count))
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    var snapshot = try encoder.encode(header)
    snapshot.append(UInt8(ascii: "\n"))
    for part in parts { part.withUnsafeBytes { snapshot.append(contentsOf: $0) } }
    return snapshot
  }

  /// Goes back to a snapshot of a trainee with the same data, model and optimizer.
  ///
  /// - Throws: ``TraineeError`` when the snapshot is truncated, of another trainee, or no snapshot at all; the
  ///   trainee is then as it was.
  public func restore(_ snapshot: Data) throws {
    guard let end = snapshot.firstIndex(of: UInt8(ascii: "\n")),
      let header = try? JSONDecoder().decode(Header.self, from: snapshot[..<end])
    else { throw TraineeError("The snapshot has no readable header. Restore one that a trainee made.") }
    guard header.format == Self.format else {
      throw TraineeError("The snapshot is a '\(header.format)'. Restore a '\(Self.format)'.")
    }
    var parts = try Self.floats(snapshot[snapshot.index(after: end)...], counts: header.counts)
    let expected =
      [network.parameters.count, network.statistics.count]
      + optimizer.state.slots.map(\.count) + [predictions.count]
    guard header.counts == expected, header.optimizer == configuration.optimizer,
      header.run.order.count == data.train.count, header.run.step >= 0, header.run.stepBudget > 0,
      header.optimizerStep >= 0
    else {
      throw TraineeError(
        "The snapshot has parts of \(header.counts) floats and optimizer '\(header.optimizer.name)' over "
          + "\(header.run.order.count) images; this trainee has \(expected), "
          + "'\(configuration.optimizer.name)' and \(data.train.count). "
          + "Restore it to a trainee of the same data, model and optimizer.")
    }
    network.parameters.assign(parts.removeFirst())
    network.statistics.assign(parts.removeFirst())
    predictions.assign(parts.removeLast())
    try optimizer.restore(Optimizer.State(step: header.optimizerStep, slots: parts))
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
