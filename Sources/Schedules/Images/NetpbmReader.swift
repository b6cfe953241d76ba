/// Reads PGM and PPM files, plain and raw: P2, P3, P5, P6.
struct NetpbmReader {
  private let bytes: [UInt8]
  private var place = 2

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func image() throws(PictureError) -> GreyImage {
    let kind = bytes[1] - UInt8(ascii: "0")
    guard kind != 4 else { throw PictureError("is a bitmap (PBM). Convert it to PGM.") }
    let (width, height, top) = (try number(), try number(), try number())
    try GreyImage.check(width: width, height: height)
    guard (1...65_535).contains(top) else {
      throw PictureError("has levels up to \(top). Give one with 1 to 65535 levels.")
    }
    // One white-space character ends the header of a raw file.
    place += 1
    let channels = kind == 3 || kind == 6 ? 3 : 1
    var pixels: [Double] = []
    for _ in 0..<width * height {
      var levels: [Double] = []
      for _ in 0..<channels {
        let level = kind <= 3 ? try number() : try raw(wide: top > 255)
        guard level <= top else { throw PictureError("has a level of \(level) above its highest, \(top).") }
        levels.append(Double(level) / Double(top))
      }
      pixels.append(channels == 1 ? levels[0] : GreyImage.grey(levels[0], levels[1], levels[2]))
    }
    return GreyImage(width: width, height: height, pixels: pixels)
  }

  private mutating func raw(wide: Bool) throws(PictureError) -> Int {
    let size = wide ? 2 : 1
    guard place + size <= bytes.count else { throw Self.cutShort }
    defer { place += size }
    return bytes[place..<place + size].reduce(0) { $0 << 8 | Int($1) }
  }

  /// The next number in text; comments run from '#' to the end of the line.
  private mutating func number() throws(PictureError) -> Int {
    while place < bytes.count, !isDigit(bytes[place]) {
      if bytes[place] == UInt8(ascii: "#") {
        while place < bytes.count, bytes[place] != UInt8(ascii: "\n") { place += 1 }
      } else {
        guard [9, 10, 11, 12, 13, 32].contains(bytes[place]) else {
          throw PictureError("has a number that cannot be read. Give a whole PPM or PGM.")
        }
        place += 1
      }
    }
    guard place < bytes.count else { throw Self.cutShort }
    var value = 0
    while place < bytes.count, isDigit(bytes[place]) {
      value = min(value * 10 + Int(bytes[place] - UInt8(ascii: "0")), 1 << 40)
      place += 1
    }
    return value
  }

  private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  private static let cutShort = PictureError("is cut short. Give a whole PPM or PGM.")
}
