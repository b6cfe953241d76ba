import Foundation
import Testing

@testable import Reports

/// TensorBoard's own bytes, which its own reader has read (Scripts/fixtures/tensorboard_events.py).
@Suite("TensorBoard event files")
struct TensorBoardTests {
  struct Scalar: Decodable {
    let tag: String
    let step: Int
    let value: String
  }

  struct Reference: Decodable {
    let wallTime: Double
    let scalars: [Scalar]
    let base64: Data
  }

  @Test("A log has the bytes that TensorBoard's writer gives the same scalars")
  func bytes() throws {
    let file = try #require(
      Bundle.module.url(forResource: "tensorboard", withExtension: "json", subdirectory: "Fixtures"))
    let reference = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: file))
    #expect(reference.scalars.count >= 7)
    var log = TensorBoardLog(wallTime: reference.wallTime)
    for scalar in reference.scalars {
      log.addScalar(
        try #require(Double(scalar.value)), tag: scalar.tag, step: scalar.step,
        wallTime: reference.wallTime + Double(scalar.step))
    }
    #expect(log.data == reference.base64)
  }

  static let checksumCases: [(bytes: [UInt8], checksum: UInt32)] = [
    ([UInt8](repeating: 0, count: 32), 0x8A91_36AA), ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
    (Array(0..<32), 0x46DD_794E), (Array("123456789".utf8), 0xE306_9283),
  ]

  @Test("Checksums are those of RFC 3720", arguments: checksumCases.indices)
  func checksums(index: Int) {
    #expect(CRC32C.checksum(Self.checksumCases[index].bytes) == Self.checksumCases[index].checksum)
  }

  @Test("The file's name is one that TensorBoard looks for")
  func name() {
    #expect(TensorBoardLog.fileName(wallTime: 1_700_000_000.9) == "events.out.tfevents.1700000000.metalr")
  }
}
