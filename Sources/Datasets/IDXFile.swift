/// A file of bytes in the IDX format of LeCun, Cortes and Burges ("The MNIST database", file formats).
///
/// The file is two zero bytes, the type of the elements (8 for bytes), the number of dimensions, each dimension
/// as a 32-bit number with the high byte first, then the elements with the last dimension running fastest.
enum IDXFile {
  /// Images of one channel: dimensions are images, rows and columns.
  static func readImages(_ path: String) throws(DatasetError) -> (shape: PixelShape, pixels: [UInt8]) {
    let stream = try ByteStream(path: path)
    let sizes = try readHeader(of: stream, kind: .images)
    let pixels = try readElements(of: stream, sizes: sizes)
    return (PixelShape(channels: 1, height: sizes[1], width: sizes[2]), pixels)
  }

  /// Class numbers, all below `classes` when it is given: one dimension.
  static func readLabels(_ path: String, classes: Int?) throws(DatasetError) -> [UInt8] {
    let stream = try ByteStream(path: path)
    let sizes = try readHeader(of: stream, kind: .labels)
    let labels = try readElements(of: stream, sizes: sizes)
    if let classes, let image = labels.firstIndex(where: { Int($0) >= classes }) {
      throw .file(
        path, "says class \(labels[image]) for image \(image), where classes go from 0 to \(classes - 1)",
        remedy: "Check that the file belongs to this data set.")
    }
    return labels
  }

  /// What a file holds, by its number of dimensions.
  private enum Kind: Int {
    case labels = 1
    case images = 3

    var name: String { self == .labels ? "labels" : "images" }
  }

  /// A small gzipped file may announce, and hold, gigabytes of labels.
  private static let mostImages = 1 << 24

  private static func readHeader(of stream: ByteStream, kind: Kind) throws(DatasetError) -> [Int] {
    let magic = try stream.read(4)
    guard magic.count == 4, magic[0] == 0, magic[1] == 0 else {
      throw .file(
        stream.path, "is not an IDX file: it does not begin with two zero bytes",
        remedy: "Check that it is the right file, gzipped or not.")
    }
    guard magic[2] == 8 else {
      throw .file(
        stream.path, "holds IDX elements of type \(magic[2]), where 8 (bytes) is needed",
        remedy: "Save its \(kind.name) as unsigned bytes.")
    }
    guard Int(magic[3]) == kind.rawValue else {
      guard let other = Kind(rawValue: Int(magic[3])) else {
        throw .file(
          stream.path, "has \(magic[3]) dimensions, where \(kind.name) have \(kind.rawValue)",
          remedy: "Check that it is the right file.")
      }
      throw .file(
        stream.path, "holds \(other.name), not \(kind.name)",
        remedy: "Check whether the files of images and labels have each other's name.")
    }
    let numbers = try stream.read(4 * kind.rawValue)
    guard numbers.count == 4 * kind.rawValue else { throw truncated(stream.path, "in its header") }
    let sizes = (0..<kind.rawValue).map { index in
      numbers[4 * index..<4 * index + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    guard sizes.allSatisfy({ $0 > 0 }), sizes[0] <= Int(Int32.max) else {
      throw .file(
        stream.path, "gives its size as \(sizes.map(String.init).joined(separator: " x "))",
        remedy: "Get the file again.")
    }
    guard sizes[0] <= mostImages else {
      throw .file(
        stream.path, "announces \(sizes[0]) \(kind.name); metalr reads up to \(mostImages)",
        remedy: "Split the data set.")
    }
    return sizes
  }

  private static func readElements(of stream: ByteStream, sizes: [Int]) throws(DatasetError) -> [UInt8] {
    let promise = sizes.reduce((partialValue: 1, overflow: false)) { product, size in
      let next = product.partialValue.multipliedReportingOverflow(by: size)
      return (next.partialValue, product.overflow || next.overflow)
    }
    let count = promise.partialValue
    guard !promise.overflow, try stream.canHold(count) else {
      throw truncated(
        stream.path, "before the \(sizes.map(String.init).joined(separator: " x ")) bytes that it announces")
    }
    let elements = try stream.read(count)
    guard elements.count == count else {
      throw truncated(stream.path, "after \(elements.count) of \(count) bytes")
    }
    guard try stream.read(1).isEmpty else {
      throw .file(
        stream.path, "goes on after the \(count) bytes that it announces", remedy: "Get the file again.")
    }
    return elements
  }

  private static func truncated(_ path: String, _ place: String) -> DatasetError {
    .file(path, "ends \(place)", remedy: "It was cut short: remove it and get it again.")
  }
}
