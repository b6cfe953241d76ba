/// Reads PNG files (ISO/IEC 15948) of every colour type and depth, without interlacing.
struct PNGReader {
  static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

  private let bytes: [UInt8]
  private var width = 0
  private var height = 0
  private var depth = 0
  private var colour = 0
  private var palette: [UInt8] = []
  private var compressed: [UInt8] = []

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func image() throws(PictureError) -> GreyImage {
    try readChunks()
    let channels = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colour] ?? 1
    let rowBytes = (width * channels * depth + 7) / 8
    let stepBytes = max(1, channels * depth / 8)
    var rows = try inflated(to: height * (rowBytes + 1))
    try unfilter(&rows, rowBytes: rowBytes, stepBytes: stepBytes)
    var pixels: [Double] = []
    pixels.reserveCapacity(width * height)
    for row in 0..<height {
      let start = row * (rowBytes + 1) + 1
      for column in 0..<width {
        let samples = (0..<channels).map { sample(rows, start: start, index: column * channels + $0) }
        pixels.append(try grey(samples))
      }
    }
    return GreyImage(width: width, height: height, pixels: pixels)
  }

  private mutating func readChunks() throws(PictureError) {
    var place = Self.signature.count
    var isHeaderRead = false
    while place + 12 <= bytes.count {
      let length = number(at: place)
      guard length <= bytes.count - place - 12 else { break }
      let kind = String(decoding: bytes[place + 4..<place + 8], as: UTF8.self)
      let body = bytes[place + 8..<place + 8 + length]
      guard isHeaderRead || kind == "IHDR" else { break }
      switch kind {
      case "IHDR":
        try readHeader(Array(body))
        isHeaderRead = true
      case "PLTE": palette = Array(body)
      case "IDAT": compressed += body
      case "IEND": return
      default: break
      }
      place += 12 + length
    }
    throw PictureError("is a PNG that is cut short or damaged. Give a whole one.")
  }

  private mutating func readHeader(_ body: [UInt8]) throws(PictureError) {
    guard body.count == 13 else { throw PictureError("is a PNG with a damaged header. Give a whole one.") }
    (width, height) = (number(of: body[0..<4]), number(of: body[4..<8]))
    (depth, colour) = (Int(body[8]), Int(body[9]))
    let depths =
      [0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16]][colour] ?? []
    guard depths.contains(depth), body[10] == 0, body[11] == 0 else {
      throw PictureError("is a PNG of an unknown colour type \(colour) with depth \(depth). Convert it.")
    }
    guard body[12] == 0 else { throw PictureError("is an interlaced PNG. Save it without interlacing.") }
    try GreyImage.check(width: width, height: height)
  }

  private func inflated(to count: Int) throws(PictureError) -> [UInt8] {
    do throws(ZlibStream.Damage) {
      return try ZlibStream.contents(of: compressed, count: count)
    } catch {
      throw PictureError("is a PNG whose pixels are cut short or damaged. Give a whole one.")
    }
  }

  /// Undoes the filters of section 9, in place: each byte was written as its difference from neighbours.
  private func unfilter(_ rows: inout [UInt8], rowBytes: Int, stepBytes: Int) throws(PictureError) {
    for row in 0..<height {
      let start = row * (rowBytes + 1) + 1
      let filter = rows[start - 1]
      guard filter <= 4 else {
        throw PictureError("is a PNG with an unknown filter \(filter). Give a whole one.")
      }
      for index in 0..<rowBytes {
        let left = index >= stepBytes ? Int(rows[start + index - stepBytes]) : 0
        let above = row > 0 ? Int(rows[start + index - rowBytes - 1]) : 0
        let corner = row > 0 && index >= stepBytes ? Int(rows[start + index - rowBytes - 1 - stepBytes]) : 0
        let guess =
          switch filter {
          case 1: left
          case 2: above
          case 3: (left + above) / 2
          case 4: Self.paeth(left, above, corner)
          default: 0
          }
        rows[start + index] &+= UInt8(truncatingIfNeeded: guess)
      }
    }
  }

  private static func paeth(_ left: Int, _ above: Int, _ corner: Int) -> Int {
    let guess = left + above - corner
    let (a, b, c) = (abs(guess - left), abs(guess - above), abs(guess - corner))
    return a <= b && a <= c ? left : b <= c ? above : corner
  }

  /// A sample as it is stored: a level, or an index into the palette.
  private func sample(_ rows: [UInt8], start: Int, index: Int) -> Int {
    switch depth {
    case 16: return Int(rows[start + 2 * index]) << 8 | Int(rows[start + 2 * index + 1])
    case 8: return Int(rows[start + index])
    default:
      let bit = index * depth
      return Int(rows[start + bit / 8]) >> (8 - depth - bit % 8) & (1 << depth - 1)
    }
  }

  private func grey(_ samples: [Int]) throws(PictureError) -> Double {
    let full = Double(1 << depth - 1)
    switch colour {
    case 2, 6:
      return GreyImage.grey(Double(samples[0]) / full, Double(samples[1]) / full, Double(samples[2]) / full)
    case 3:
      guard 3 * samples[0] + 2 < palette.count else {
        throw PictureError("is a PNG with a colour outside its palette. Give a whole one.")
      }
      let entry = palette[3 * samples[0]..<3 * samples[0] + 3].map { Double($0) / 255 }
      return GreyImage.grey(entry[0], entry[1], entry[2])
    default: return Double(samples[0]) / full
    }
  }

  private func number(at place: Int) -> Int { number(of: bytes[place..<place + 4]) }

  private func number(of bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
}
