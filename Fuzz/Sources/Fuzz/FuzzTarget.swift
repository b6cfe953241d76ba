import Foundation

/// A reader, and what it is fed.
struct FuzzTarget: Sendable {
  /// Its name on the command line.
  let name: String
  /// Bytes that an input may have.
  let longestInput: Int
  /// Inputs to begin with, from the writers of the files wherever there are any.
  let seeds: @Sendable () throws -> [Data]
  /// Reads an input and uses what it says.
  ///
  /// A refusal throws; whatever else does not return is a finding.
  let run: @Sendable (Data) throws -> Void

  init(
    _ name: String, longestInput: Int = 4096, seeds: @escaping @Sendable () throws -> [Data],
    run: @escaping @Sendable (Data) throws -> Void
  ) {
    self.name = name
    self.longestInput = longestInput
    self.seeds = seeds
    self.run = run
  }

  /// Every reader, in the order of the table.
  static let all =
    dataTargets + tensorTargets + trainingTargets + recordTargets + pictureTargets + specificationTargets
    + traineeTargets
}

/// Ends the process with a finding unless `holds`.
func demand(_ holds: Bool, _ what: @autoclosure () -> String) {
  guard holds else { fatalError("FINDING: \(what())") }
}

/// Demands that no number is NaN or infinite.
func demandFinite(_ numbers: [Double], _ what: @autoclosure () -> String) {
  demand(numbers.allSatisfy(\.isFinite), "\(what()) gave \(numbers)")
}
