import Foundation

extension GreyImage {
  /// More pixels than this are refused: a schedule has use for a few million at most, and a file may claim any number.
  static let mostPixels = 1 << 24

  /// Reads a PNG (without interlacing) or a PPM or PGM.
  ///
  /// Colours become grey by the weights of Rec. 601: 0.299 red, 0.587 green, 0.114 blue; transparency is ignored.
  ///
  /// - Throws: ``ScheduleError`` that names the file, and what is wrong with it.
  public init(contentsOf path: String) throws(ScheduleError) {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw ScheduleError("The picture '\(path)' does not exist or is not readable. Check the path.")
    }
    do {
      self = try Self(decoding: [UInt8](data))
    } catch {
      throw ScheduleError("The picture '\(path)' \(error.problem)")
    }
  }

  init(decoding bytes: [UInt8]) throws(PictureError) {
    if bytes.starts(with: PNGReader.signature) {
      var reader = PNGReader(bytes)
      self = try reader.image()
    } else if bytes.count > 2, bytes[0] == UInt8(ascii: "P"),
      (UInt8(ascii: "2")...UInt8(ascii: "6")).contains(bytes[1])
    {
      var reader = NetpbmReader(bytes)
      self = try reader.image()
    } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      throw PictureError(
        "is a JPEG, which is not read. Convert it to a PNG, for example by 'magick photo.jpg photo.png'.")
    } else {
      throw PictureError("is neither a PNG nor a PPM or PGM. Convert it to one of these.")
    }
  }

  /// The grey of a colour, all in [0, 1].
  static func grey(_ red: Double, _ green: Double, _ blue: Double) -> Double {
    0.299 * red + 0.587 * green + 0.114 * blue
  }

  /// Checks what a file says of its size.
  static func check(width: Int, height: Int) throws(PictureError) {
    let (count, overflow) = width.multipliedReportingOverflow(by: height)
    guard width >= 1, height >= 1, !overflow, count <= mostPixels else {
      throw PictureError("is said to be \(width) x \(height) pixels. Give one of 1 to \(mostPixels) pixels.")
    }
  }
}

/// What is wrong with a picture, as the end of a sentence that begins with it.
struct PictureError: Error, Equatable {
  let problem: String

  init(_ problem: String) {
    self.problem = problem
  }
}
