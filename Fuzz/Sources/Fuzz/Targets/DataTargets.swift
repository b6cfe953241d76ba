import Foundation

@testable import Datasets

/// Readers of data sets.
let dataTargets = [
  FuzzTarget("idx", seeds: { idxSeeds }) { data in
    let parts = data.parts(2)
    idxImages.fill(parts[0])
    idxLabels.fill(parts[1])
    let read = try IDXDataset.readPair(images: idxImages.path, labels: idxLabels.path)
    demand(read.pixels.count == read.count * read.shape.count, "IDX read \(read.pixels.count) pixels")
    demand(read.labels.allSatisfy { $0 < read.classes }, "IDX read a label of no class")
  },
  FuzzTarget("cifar", longestInput: 8192, seeds: { [cifarRecords, Data(gzipped: cifarRecords)] }) { data in
    cifarFile.fill(data)
    let read = try CIFARDataset.readFile(cifarFile.path, recordsPerFile: 2)
    demand(read.count == 2, "CIFAR read \(read.count) images")
  },
  // Records would make every input longer than 18 KB, so the archive's files are empty.
  FuzzTarget("tar", longestInput: 8192, seeds: { [tarSeed, Data(gzipped: tarSeed)] }) { data in
    tarFile.fill(data.first == 0x1F ? data : data.withTarChecksums)
    let reader = TarReader(stream: try ByteStream(path: tarFile.path))
    while let entry = try reader.next() { demand(entry.size >= 0, "tar has an entry of \(entry.size) bytes") }
    _ = try CIFARDataset.read(archive: tarFile.path, recordsPerFile: 0)
  },
]

private let idxImages = ScratchFile("images")
private let idxLabels = ScratchFile("labels")
private let cifarFile = ScratchFile("cifar")
private let tarFile = ScratchFile("tar")

private let idxSeeds: [Data] = {
  let images = Data([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 2] + (0..<12))
  let labels = Data([0, 0, 8, 1, 0, 0, 0, 2, 1, 0])
  return [
    Data.joining([images, labels]), Data.joining([Data(gzipped: images), Data(gzipped: labels)]),
    Data.joining([Data(gzipped: images) + Data(gzipped: Data()), labels]),
  ]
}()

private let cifarRecords = Data((0..<2).flatMap { [$0] + [UInt8](repeating: 100, count: 3072) })

private let tarSeed: Data = {
  let names = CIFARDataset.trainNames + [CIFARDataset.testName, "readme.html"]
  let headers = names.map { name in
    var header = [UInt8](repeating: 0, count: 512)
    header.replaceSubrange(0..<name.utf8.count + 6, with: Array("cifar/\(name)".utf8))
    header.replaceSubrange(124..<135, with: Array("00000000000".utf8))
    header[156] = UInt8(ascii: "0")
    return Data(header)
  }
  return (headers.reduce(Data(), +) + Data(count: 1024)).withTarChecksums
}()

extension Data {
  /// A gzip file of one member that stores `data` as it is (RFC 1951 and 1952).
  fileprivate init(gzipped data: Data) {
    let size = UInt16(data.count)
    var check = UInt32.max
    for byte in data {
      check ^= UInt32(byte)
      for _ in 0..<8 { check = check & 1 == 1 ? check >> 1 ^ 0xEDB8_8320 : check >> 1 }
    }
    self.init([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1])
    for word in [size, ~size] { Swift.withUnsafeBytes(of: word.littleEndian) { append(contentsOf: $0) } }
    append(data)
    for word in [~check, UInt32(data.count)] {
      Swift.withUnsafeBytes(of: word.littleEndian) { append(contentsOf: $0) }
    }
  }

  /// The archive with the checksum of every header put right, so that a changed header is not all that is found.
  fileprivate var withTarChecksums: Data {
    var bytes = [UInt8](self)
    var place = 0
    while place + 512 <= bytes.count, bytes[place..<place + 512].contains(where: { $0 != 0 }) {
      bytes.replaceSubrange(place + 148..<place + 156, with: [UInt8](repeating: 0x20, count: 8))
      let sum = String(bytes[place..<place + 512].reduce(0) { $0 + Int($1) }, radix: 8)
      bytes.replaceSubrange(
        place + 148..<place + 156,
        with: Array((String(repeating: "0", count: 6 - sum.count) + sum).utf8) + [0, 0x20])
      let digits = bytes[place + 124..<place + 135].prefix { (0x30...0x37).contains($0) }
      let size = digits.reduce(0) { $0 << 3 | Int($1 - 0x30) }
      place += 512 + (Swift.min(size, bytes.count) + 511) / 512 * 512
    }
    return Data(bytes)
  }
}
