import Foundation

/// CIFAR-10 in its publisher's binary format, from the unpacked folder or from the archive.
///
/// A file is records of 3,073 bytes: the class, then 1,024 bytes of red, of green and of blue, each row by row
/// (Krizhevsky, "The CIFAR-10 and CIFAR-100 datasets", binary version).
enum CIFARDataset {
  static let shape = PixelShape(channels: 3, height: 32, width: 32)
  static let classes = 10
  static let recordsPerFile = 10_000
  static let archiveName = "cifar-10-binary.tar.gz"
  static let trainNames = (1...5).map { "data_batch_\($0).bin" }
  static let testName = "test_batch.bin"

  /// Reads the six files in `folder`.
  static func read(
    folder: String, recordsPerFile: Int = recordsPerFile
  ) throws(DatasetError) -> (train: LabelledImages, test: LabelledImages) {
    let train = Batches(files: trainNames.count, recordsPerFile: recordsPerFile)
    for (index, name) in trainNames.enumerated() {
      try train.fill(index, from: ByteStream(path: "\(folder)/\(name)"), name: nil)
    }
    return (train.images(), try readFile("\(folder)/\(testName)", recordsPerFile: recordsPerFile))
  }

  /// Reads one file of records.
  static func readFile(
    _ path: String, recordsPerFile: Int = recordsPerFile
  ) throws(DatasetError) -> LabelledImages {
    let batch = Batches(files: 1, recordsPerFile: recordsPerFile)
    try batch.fill(0, from: ByteStream(path: path), name: nil)
    return batch.images()
  }

  /// Reads the six files out of an archive in the tar format, gzipped or not, in whatever order it has them.
  static func read(
    archive: String, recordsPerFile: Int = recordsPerFile
  ) throws(DatasetError) -> (train: LabelledImages, test: LabelledImages) {
    let train = Batches(files: trainNames.count, recordsPerFile: recordsPerFile)
    let test = Batches(files: 1, recordsPerFile: recordsPerFile)
    var missing = trainNames + [testName]
    let reader = TarReader(stream: try ByteStream(path: archive))
    while let entry = try reader.next() {
      guard let position = missing.firstIndex(of: entry.lastPathComponent) else { continue }
      let name = missing.remove(at: position)
      let expected = recordsPerFile * Batches.recordSize
      guard entry.size == expected else {
        throw .file(
          archive, "holds '\(entry.name)' with \(entry.size) bytes, where \(expected) are expected",
          remedy: "Get the archive again ('metalr datasets fetch cifar10').")
      }
      if let index = trainNames.firstIndex(of: name) {
        try train.fill(index, from: reader.stream, name: entry.name)
      } else {
        try test.fill(0, from: reader.stream, name: entry.name)
      }
      reader.consumed(entry.size)
    }
    guard missing.isEmpty else {
      throw .file(
        archive, "does not hold \(missing.joined(separator: ", "))",
        remedy: "Get the archive again ('metalr datasets fetch cifar10').")
    }
    return (train.images(), test.images())
  }
}

/// Room for some files of records, which are filled in any order.
private final class Batches {
  static let recordSize = 1 + CIFARDataset.shape.count

  private let recordsPerFile: Int
  private var pixels: [UInt8]
  private var labels: [UInt8]

  init(files: Int, recordsPerFile: Int) {
    self.recordsPerFile = recordsPerFile
    pixels = [UInt8](repeating: 0, count: files * recordsPerFile * CIFARDataset.shape.count)
    labels = [UInt8](repeating: 0, count: files * recordsPerFile)
  }

  /// Reads file number `index` from `stream`; `name` is its name in the archive, nil when it is a file itself.
  func fill(_ index: Int, from stream: ByteStream, name: String?) throws(DatasetError) {
    let size = CIFARDataset.shape.count
    let place = name.map { "'\($0)' in it" } ?? "it"
    if name == nil, stream.fileSize != recordsPerFile * Self.recordSize, !stream.isCompressed {
      throw .file(
        stream.path,
        "is \(stream.fileSize) bytes long, where \(recordsPerFile * Self.recordSize) are expected",
        remedy: "Get it again ('metalr datasets fetch cifar10').")
    }
    var bytes = [UInt8](repeating: 0, count: Self.recordSize)
    for number in 0..<recordsPerFile {
      let count = try bytes.withUnsafeMutableBufferPointer { (buffer) throws(DatasetError) in
        try stream.read(into: UnsafeMutableRawBufferPointer(buffer))
      }
      guard count == Self.recordSize else {
        throw .file(
          stream.path, "ends after \(number) images of \(place)",
          remedy: "Get it again ('metalr datasets fetch cifar10').")
      }
      guard bytes[0] < CIFARDataset.classes else {
        throw .file(
          stream.path, "says class \(bytes[0]) for image \(number) of \(place)",
          remedy: "Classes go from 0 to 9: check that it is CIFAR-10's binary version.")
      }
      let record = index * recordsPerFile + number
      labels[record] = bytes[0]
      pixels.replaceSubrange(record * size..<(record + 1) * size, with: bytes[1...])
    }
    if name == nil, try !stream.read(1).isEmpty {
      throw .file(
        stream.path, "goes on after \(recordsPerFile) images",
        remedy: "Get it again ('metalr datasets fetch cifar10').")
    }
  }

  func images() -> LabelledImages {
    LabelledImages(
      shape: CIFARDataset.shape, classes: CIFARDataset.classes, pixels: pixels, labels: labels)
  }
}
