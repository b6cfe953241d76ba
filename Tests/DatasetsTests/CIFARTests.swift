import Foundation
import Randomness
import Testing

@testable import Datasets

@Suite struct CIFARTests {
  static let archive = Fixtures.folder + "/" + CIFARDataset.archiveName

  /// The six files as the fixture's script made them, read back from the archive's images.
  private func unpack(into folder: TemporaryFolder) throws {
    let (train, test) = try CIFARDataset.read(archive: Self.archive, recordsPerFile: 2)
    for (index, name) in (CIFARDataset.trainNames + [CIFARDataset.testName]).enumerated() {
      let images = index < 5 ? train : test
      let records = index < 5 ? index * 2..<index * 2 + 2 : 0..<2
      let bytes = records.flatMap { [images.labels[$0]] + images.pixels[$0 * 3072..<($0 + 1) * 3072] }
      try folder.write(bytes, to: name)
    }
  }

  @Test("The archive gives what Python wrote, whatever the order of its files")
  func archiveIsRead() throws {
    let (train, test) = try CIFARDataset.read(archive: Self.archive, recordsPerFile: 2)
    for (images, name) in [(train, "cifar-train"), (test, "cifar-test")] {
      let expected = try Fixtures.part(name)
      #expect(images.shape == PixelShape(channels: 3, height: 32, width: 32))
      #expect(images.labels == expected.labels)
      #expect(images.contentHash() == expected.contentHash)
    }
  }

  @Test("The folder gives the same images as the archive")
  func folderIsRead() throws {
    let folder = try TemporaryFolder()
    try unpack(into: folder)
    let (train, test) = try CIFARDataset.read(folder: folder.path, recordsPerFile: 2)
    #expect(try train.contentHash() == Fixtures.part("cifar-train").contentHash)
    #expect(try test.contentHash() == Fixtures.part("cifar-test").contentHash)
  }

  @Test(
    "A bad file in the folder is refused with its name and the problem",
    arguments: [
      ("data_batch_3.bin", 6145, nil, "data_batch_3.bin' is 6145 bytes long, where 6146 are expected"),
      ("test_batch.bin", 6147, nil, "test_batch.bin' is 6147 bytes long"),
      ("data_batch_1.bin", 0, nil, "data_batch_1.bin' is 0 bytes long"),
      ("data_batch_5.bin", 6146, 10, "data_batch_5.bin' says class 10 for image 1 of it"),
      ("data_batch_2.bin", nil, nil, "data_batch_2.bin' does not exist"),
    ] as [(String, Int?, UInt8?, String)])
  func badFile(name: String, size: Int?, label: UInt8?, problem: String) throws {
    let folder = try TemporaryFolder()
    try unpack(into: folder)
    if let size {
      var bytes = [UInt8](repeating: 0, count: size)
      if let label { bytes[3073] = label }
      try folder.write(bytes, to: name)
    } else {
      try FileManager.default.removeItem(atPath: folder.path + "/" + name)
    }
    let text = message { _ = try CIFARDataset.read(folder: folder.path, recordsPerFile: 2) }
    #expect(text.contains(problem), "\(text)")
  }

  @Test("A truncated archive is refused")
  func truncation() throws {
    let folder = try TemporaryFolder()
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: Self.archive)))
    for length in Array(stride(from: 0, to: bytes.count, by: 7)) + [bytes.count - 1] {
      let path = try folder.write(Array(bytes[..<length]), to: "cut.tar.gz")
      #expect(throws: DatasetError.self, "\(length) bytes") {
        try CIFARDataset.read(archive: path, recordsPerFile: 2)
      }
    }
  }

  @Test("An archive without compression is read, and its damaged headers are refused")
  func plainArchive() throws {
    let folder = try TemporaryFolder()
    var bytes = try ByteStream(path: Self.archive).read(1 << 20)
    let path = try folder.write(bytes, to: "plain.tar")
    #expect(
      try CIFARDataset.read(archive: path, recordsPerFile: 2).train.contentHash()
        == Fixtures.part("cifar-train").contentHash)
    for position in stride(from: 0, to: 512, by: 37) {
      bytes[position] ^= 0x01
      try folder.write(bytes, to: "plain.tar")
      #expect(throws: DatasetError.self, "byte \(position)") {
        try CIFARDataset.read(archive: path, recordsPerFile: 2)
      }
      bytes[position] ^= 0x01
    }
    // The publisher's size is asked for, so a shortened copy is named for what it is.
    try folder.write(bytes, to: "plain.tar")
    #expect(
      message { _ = try CIFARDataset.read(archive: path) }.contains("with 6146 bytes, where 30730000"))
  }

  @Test("Random bytes in place of any file are refused", arguments: 0..<40)
  func randomBytes(seed: Int) throws {
    let folder = try TemporaryFolder()
    var generator = SeededGenerator(seed: UInt64(seed))
    var bytes = (0..<seed * 50).map { _ in UInt8.random(in: 0...255, using: &generator) }
    if seed % 2 == 0, bytes.count > 2 { bytes.replaceSubrange(0..<2, with: [0x1F, 0x8B]) }
    if seed % 3 == 0, bytes.count > 4 { bytes.replaceSubrange(0..<4, with: [0, 0, 8, 3]) }
    let path = try folder.write(bytes, to: "random")
    #expect(throws: DatasetError.self) { try CIFARDataset.read(archive: path) }
    #expect(throws: DatasetError.self) { try IDXFile.readImages(path) }
    #expect(throws: DatasetError.self) { try IDXFile.readLabels(path, classes: nil) }
    #expect(throws: DatasetError.self) { try CIFARDataset.readFile(path) }
  }
}
