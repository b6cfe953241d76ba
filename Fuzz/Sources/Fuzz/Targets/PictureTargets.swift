import Foundation

@testable import Schedules

/// Pictures that schedules are read from.
let pictureTargets = [
  FuzzTarget("pictures", seeds: { pictureSeeds }) { data in
    try use(GreyImage(decoding: [UInt8](data)))
  },
  // A PNG of a header, a palette and rows, whose lengths and checksum are right.
  FuzzTarget("pictures-rows", seeds: { rowSeeds }) { data in
    try use(GreyImage(decoding: png(ofParts: data)))
  },
  FuzzTarget("inflate", seeds: { streamSeeds }) { data in
    let count = data.prefix(2).reduce(0) { $0 << 8 | Int($1) }
    let contents = try ZlibStream.contents(of: [UInt8](data.dropFirst(2)), count: count)
    demand(contents.count == count, "a stream of \(count) bytes gave \(contents.count)")
  },
]

private func use(_ image: GreyImage) throws {
  demand(image.pixels.count == image.width * image.height, "a picture of \(image.pixels.count) pixels")
  demand(image.pixels.allSatisfy { (0...1).contains($0) }, "a brightness outside [0, 1]")
  for steps in [1, 7, 1000] {
    let schedule = try ImageSchedule(image: image, totalSteps: steps)
    let rates = [0, steps / 2, steps, .max].map(schedule.learningRate(at:))
    demand(rates.allSatisfy { (0.9e-5...1.1e-2).contains($0) }, "a picture's rates are \(rates)")
  }
}

/// Streams after the number of bytes that they hold: stored, with the fixed codes, and with codes of their own, the last two
/// from zlib.
private let streamSeeds: [Data] = [
  Data([0, 3] + ZlibStream.stored([1, 2, 3])),
  Data([0, 6, 0x78, 0x9C, 0x4B, 0x4C, 0x04, 0x01, 0x00, 0x07, 0xFB, 0x02, 0x47]),
  Data([0, 200])
    + (Data(
      base64Encoded: "eNo9jskNwDAQAmuFpf8awmApP+9wWZF1d5ZOdtQXaCcSIne5T7DznM1kGUhdWKqUJFmdoBVDJMRXVdBX"
        + "mYnVW63WbOMfDs3StmpmmsB+kSnrf6WnDxb2TJ0=") ?? Data()),
]

private let pictureSeeds: [Data] = [
  Data("P2\n# grey\n2 2\n255\n0 64 128 255\n".utf8), Data("P3 1 1 10 1 2 3".utf8),
  Data("P5 2 1 255\n".utf8) + [7, 200], Data("P6 1 1 65535\n".utf8) + [1, 2, 3, 4, 5, 6],
  Data(png(ofParts: rowSeeds[0])), Data(png(ofParts: rowSeeds[1])), Data(png(ofParts: rowSeeds[2])),
]

/// Headers of grey, coloured and indexed pictures, with rows under every filter.
private let rowSeeds: [Data] = [
  .joining([header(width: 2, height: 3, depth: 8, colour: 0), Data(), Data([0, 1, 2, 1, 3, 4, 4, 9, 9])]),
  .joining([
    header(width: 1, height: 2, depth: 16, colour: 6), Data(), Data([2] + (1...8) + [3] + (1...8)),
  ]),
  .joining([
    header(width: 5, height: 1, depth: 2, colour: 3), Data([255, 0, 0, 0, 255, 0]), Data([0, 0x11, 0x40]),
  ]),
]

private func header(width: UInt8, height: UInt8, depth: UInt8, colour: UInt8) -> Data {
  Data([0, 0, 0, width, 0, 0, 0, height, depth, colour, 0, 0, 0])
}

private func png(ofParts data: Data) -> [UInt8] {
  let parts = data.parts(3)
  func chunk(_ kind: String, _ body: [UInt8]) -> [UInt8] {
    let length = UInt32(body.count)
    return (0..<4).reversed().map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Array(kind.utf8) + body
      + [0, 0, 0, 0]
  }
  return PNGReader.signature + chunk("IHDR", [UInt8](parts[0])) + chunk("PLTE", [UInt8](parts[1]))
    + chunk("IDAT", ZlibStream.stored([UInt8](parts[2]))) + chunk("IEND", [])
}

extension ZlibStream {
  /// A stream of one block that stores `bytes` as they are; at most 65,535.
  fileprivate static func stored(_ bytes: [UInt8]) -> [UInt8] {
    let size = UInt16(bytes.count)
    var (sum, total) = (1, 0)
    for byte in bytes {
      sum = (sum + Int(byte)) % 65_521
      total = (total + sum) % 65_521
    }
    func low(_ word: UInt16) -> [UInt8] { [UInt8(word & 0xFF), UInt8(word >> 8)] }
    let check = [total >> 8, total & 0xFF, sum >> 8, sum & 0xFF].map { UInt8($0) }
    return [0x78, 0x01, 1] + low(size) + low(~size) + bytes + check
  }
}
