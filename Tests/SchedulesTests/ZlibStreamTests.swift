import Foundation
import Testing

@testable import Schedules

/// Streams that zlib made (Scripts/fixtures/zlib_streams.py).
@Suite("Compressed pixels")
struct ZlibStreamTests {
  struct Case: Decodable {
    let name: String
    let rule: String
    let length: Int
    let stream: Data

    var contents: [UInt8] {
      (0..<length).map { index in
        switch rule {
        case "squares": UInt8(index * index % 251)
        case "noise": UInt8((((index * 2_654_435_761) >> 7 & 0xffff_ffff) * 40_503) >> 11 & 255)
        case "runs": UInt8(index / 300 % 256)
        default: 0
        }
      }
    }
  }

  let cases: [Case]

  init() throws {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/zlib", withExtension: "json"))
    cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: url))
  }

  @Test("Every kind of block has its contents; what follows the stream is ignored")
  func contents() throws {
    #expect(cases.count == 12)
    for example in cases {
      let stream = [UInt8](example.stream)
      for tail in [[], [1, 2, 3]] as [[UInt8]] {
        let contents = try? ZlibStream.contents(of: stream + tail, count: example.length)
        #expect(contents == example.contents, "\(example.name)")
      }
    }
  }

  @Test("A stream with more or fewer bytes than expected is refused")
  func counts() {
    for example in cases where example.length > 0 {
      for count in [0, example.length - 1, example.length + 1] {
        #expect(throws: ZlibStream.Damage.self, "\(example.name), \(count) bytes") {
          try ZlibStream.contents(of: [UInt8](example.stream), count: count)
        }
      }
    }
  }

  @Test("A stream cut anywhere is refused, and one with a changed bit nearly always")
  func damage() {
    for example in cases where example.length <= 900 {
      let bytes = [UInt8](example.stream)
      for length in 0..<bytes.count {
        #expect(throws: ZlibStream.Damage.self, "\(example.name) cut at \(length)") {
          try ZlibStream.contents(of: Array(bytes.prefix(length)), count: example.length)
        }
      }
      for bit in 0..<8 * bytes.count {
        var changed = bytes
        changed[bit / 8] ^= 1 << (bit % 8)
        // Padding, and the level and the window in the header, say nothing of the contents.
        let result = try? ZlibStream.contents(of: changed, count: example.length)
        #expect(result == nil || result == example.contents, "\(example.name), bit \(bit)")
      }
    }
  }

  @Test("Codes that no encoder makes are refused")
  func codes() throws {
    // Three words of one bit; one word of two; two of one bit and one of two.
    for lengths in [[1, 1, 1], [2], [1, 1, 2], [1, 2]] {
      #expect(throws: ZlibStream.Damage.self, "\(lengths)") { try HuffmanCode(lengths: lengths) }
    }
    for lengths in [[1, 1], [1], [], [0, 0], [2, 1, 2]] { _ = try HuffmanCode(lengths: lengths) }
  }
}
