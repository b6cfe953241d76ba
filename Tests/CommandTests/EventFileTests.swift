import Foundation
import Testing

@Suite("Times in event files")
struct EventFileTests {
  /// The wall time of each event, which is the first field of its message (tensorflow/core/util/event.proto).
  static func times(_ path: String) throws -> [Double] {
    let bytes = [UInt8](try #require(FileManager.default.contents(atPath: path)))
    func number(_ place: Int) -> UInt64 {
      bytes[place..<place + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    var times: [Double] = []
    var place = 0
    while place < bytes.count {
      // Length and its checksum, then the tag of field 1 as a double.
      times.append(bytes[place + 12] == 0x09 ? Double(bitPattern: number(place + 13)) : 0)
      place += 16 + Int(number(place))
    }
    return times
  }

  static let commands = [
    ["train"], ["apply", "--seeds", "1", "--initial-rates", "0.01"],
    ["compare", "constant:0.01", "--seeds", "1"],
    ["train-controller", "--dataset", "shapes", "--episodes", "2", "--seeds", "0"],
  ]

  @Test("Each event carries the time of day, or the one that is set", arguments: commands)
  func times(command: [String]) throws {
    for (set, earliest, latest) in [
      ("", Date().timeIntervalSince1970, Double.infinity), ("1700000000", 1_700_000_000, 1_700_000_000),
    ] {
      let folder = try TemporaryFolder()
      let run = try ProgramRun(
        ProgramRun.program, command + ["--output", folder.path + "/a"] + TrainControllerTests.small,
        environment: ["SOURCE_DATE_EPOCH": set])
      #expect(run.status == 0, "\(run.error)")
      let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter {
        $0.contains("tfevents")
      }
      #expect(!files.isEmpty)
      for file in files {
        let times = try Self.times("\(folder.path)/\(file)")
        #expect(times.count > 1 && times == times.sorted())
        #expect(times.allSatisfy { $0 >= earliest && $0 <= latest }, "\(times)")
      }
    }
  }
}
