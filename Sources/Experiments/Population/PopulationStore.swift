import Files
import Foundation
import MetaLR

/// Where a population survives a kill: one file, whole or not there.
///
/// A line of JSON says what the population is and did; the members' snapshots follow as they are.
public struct PopulationStore: Sendable {
  /// The file.
  public let path: String
  private let trainee: ProblemDescription

  private struct Header: Codable {
    var format: String
    var trainee: ProblemDescription
    var configuration: PopulationTraining.Configuration
    var history: PopulationHistory
    /// Bytes of each snapshot.
    var counts: [Int]
    var checksum: String
  }

  private static let format = "metalr population 1"

  /// A store of populations of one kind of trainee.
  public init(path: String, trainee: ProblemDescription) {
    self.path = path
    self.trainee = trainee
  }

  /// Saves a population in place of what was there.
  ///
  /// - Throws: `FileError` when the file cannot be written; what was there before stays.
  public func save(_ training: PopulationTraining) throws {
    let header = Header(
      format: Self.format, trainee: trainee, configuration: training.configuration, history: training.history,
      counts: training.snapshots.map(\.count), checksum: Self.checksum(of: training.snapshots))
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    var data = try encoder.encode(header)
    data.append(UInt8(ascii: "\n"))
    for snapshot in training.snapshots { data.append(snapshot) }
    try AtomicFile.write(data, to: path)
  }

  /// The saved population; nil where there is none.
  ///
  /// - Throws: `FileError` when it is damaged, or of other settings or another trainee.
  public func load(_ configuration: PopulationTraining.Configuration) throws -> PopulationTraining? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let data = try readFile(path)
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let end = data.firstIndex(of: UInt8(ascii: "\n")),
      let header = try? decoder.decode(Header.self, from: data[..<end]), header.format == Self.format
    else { throw damaged() }
    guard header.trainee == trainee, header.configuration == configuration else {
      throw FileError(
        path: path, problem: "holds a population of other settings or other data",
        remedy: "Repeat the options it was begun with, or give another output folder, or delete the file.")
    }
    var rest = data[data.index(after: end)...]
    var snapshots: [Data] = []
    for count in header.counts {
      guard count >= 0, count <= rest.count else { throw damaged() }
      snapshots.append(Data(rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
    guard rest.isEmpty, Self.checksum(of: snapshots) == header.checksum else { throw damaged() }
    return try PopulationTraining(configuration, history: header.history, snapshots: snapshots)
  }

  /// Forgets the population; a missing file is fine.
  public func remove() { unlink(path) }

  private func damaged() -> FileError {
    FileError(path: path, problem: "is damaged", remedy: "Delete it and begin the population again.")
  }

  private static func checksum(of snapshots: [Data]) -> String {
    var checksum = Checksum()
    for snapshot in snapshots { checksum.add(snapshot) }
    return checksum.text
  }
}
