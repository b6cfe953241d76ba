import Foundation
import Testing

@testable import Schedules

@Suite("Pictures as schedules")
struct PictureTests {
  /// What Pillow makes of small pictures (Scripts/fixtures/pictures.py).
  struct Reference: Decodable {
    struct Case: Decodable {
      let name: String
      let file: Data
      let grey: [Double]
    }

    let width: Int
    let height: Int
    let cases: [Case]
  }

  let reference: Reference

  init() throws {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/pictures", withExtension: "json"))
    reference = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url))
  }

  @Test("Every colour type and depth has the grey values that Pillow reads")
  func pillow() throws {
    #expect(reference.cases.count == 10)
    for example in reference.cases {
      let image = try GreyImage(decoding: [UInt8](example.file))
      #expect(image.width == reference.width && image.height == reference.height)
      for (value, expected) in zip(image.pixels, example.grey) {
        #expect(abs(value - expected) < 1e-9, "\(example.name)")
      }
    }
  }

  @Test("A file cut anywhere, or with any byte changed, is read or refused, and never more than that")
  func damage() {
    for example in reference.cases {
      let bytes = [UInt8](example.file)
      for length in 0..<bytes.count {
        #expect(throws: PictureError.self, "\(example.name) cut at \(length)") {
          // The last bytes of a PNG are its end mark, without which it is cut short.
          _ = try GreyImage(decoding: Array(bytes.prefix(length)))
        }
      }
      for index in bytes.indices {
        var changed = bytes
        changed[index] ^= 0xff
        _ = try? GreyImage(decoding: changed)
      }
    }
  }

  @Test("Plain PPM and PGM, comments included")
  func plain() throws {
    let grey = try GreyImage(decoding: Array("P2\n# a comment\n3 1\n4\n0 2\n4\n".utf8))
    #expect(grey == GreyImage(width: 3, height: 1, pixels: [0, 0.5, 1]))
    let colour = try GreyImage(decoding: Array("P3 1 1 255 255 0 0".utf8))
    #expect(colour.pixels == [0.299])
  }

  @Test(
    "What is not a picture for a schedule is refused with the reason",
    arguments: [
      ("", "is neither"), ("P5 0 4 255\n", "0 x 4"), ("P5 100000 100000 255\n", "100000 x 100000"),
      ("P2 1 1 0 0", "levels up to 0"), ("P2 1 1 5 9", "above its highest"), ("P2 1 x", "cannot be read"),
      ("P4 1 1 x", "bitmap"),
    ])
  func refused(text: String, reason: String) {
    let error = #expect(throws: PictureError.self) { try GreyImage(decoding: Array(text.utf8)) }
    #expect(error?.problem.contains(reason) == true, "\(error?.problem ?? "")")
  }

  @Test("A JPEG is named as one, with how to convert it")
  func jpeg() {
    let error = #expect(throws: PictureError.self) {
      try GreyImage(decoding: [0xFF, 0xD8, 0xFF, 0xE0, 0, 16])
    }
    #expect(
      error?.problem.contains("is a JPEG") == true && error?.problem.contains("Convert it to a PNG") == true)
  }

  @Test("Resizing takes the mean of the area that a new pixel covers")
  func resizing() {
    let image = GreyImage(width: 4, height: 2, pixels: [0, 1, 0.5, 0.5, 1, 0, 0, 1])
    #expect(image.resized(width: 2, height: 1).pixels == [0.5, 0.5])
    #expect(image.resized(width: 4, height: 2) == image)
    let wider = image.resized(width: 3, height: 1).pixels
    // The first third covers the first column and a third of the second.
    #expect(abs(wider[0] - (0.5 * 1 + 0.5 / 3) / (4.0 / 3)) < 1e-12)
    #expect(
      GreyImage(width: 1, height: 1, pixels: [0.25]).resized(width: 3, height: 2).pixels.allSatisfy {
        $0 == 0.25
      })
  }

  @Test("Black is the base, white the maximum, and the values last exactly the run")
  func schedule() throws {
    let image = GreyImage(width: 2, height: 2, pixels: [0, 1, 0.5, 0.25])
    let schedule = try ImageSchedule(
      image: image, baseLearningRate: 0.1, maximumLearningRate: 0.5, totalSteps: 4)
    for (step, rate) in [(-1, 0.1), (0, 0.1), (1, 0.5), (2, 0.3), (3, 0.2), (4, 0.2), (99, 0.2)] {
      #expect(abs(schedule.learningRate(at: step) - rate) < 1e-12, "step \(step)")
    }
    // 16 steps: 4 x 4 pixels, each old one twice in either direction.
    let longer = try ImageSchedule(image: image, baseLearningRate: 0, maximumLearningRate: 1, totalSteps: 16)
    #expect((0..<8).map { longer.learningRate(at: $0) } == [0, 0, 1, 1, 0, 0, 1, 1])
    #expect((0...16).allSatisfy { (0...1).contains(longer.learningRate(at: $0)) })
    #expect(throws: ScheduleError.self) {
      try ImageSchedule(image: image, baseLearningRate: 2, maximumLearningRate: 1, totalSteps: 4)
    }
    // A rate of 8 bytes for each step would take 72 PB.
    #expect(throws: ScheduleError.self) {
      try ImageSchedule(image: image, totalSteps: 1 << 53)
    }
  }

  @Test("The grammar: a path and two numbers with defaults, and the file's problem in the error")
  func grammar() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("metalr-\(UUID()).pgm").path
    try Data("P2 2 1 1 0 1".utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let plain = try ScheduleSpecification(parsing: "image:\(path)").schedule(totalSteps: 2)
    #expect(plain.learningRate(at: 0) == 1e-5 && plain.learningRate(at: 1) == 1e-2)
    let bounded = try ScheduleSpecification(parsing: "image:\(path),0.1,max=0.2,warmup=2").schedule(
      totalSteps: 4)
    #expect(bounded.learningRate(at: 3) == 0.2)
    let missing = try ScheduleSpecification(parsing: "image:no.png")
    let error = #expect(throws: ScheduleError.self) { try missing.schedule(totalSteps: 4) }
    #expect(error?.description.contains("'no.png' does not exist") == true)
    #expect(throws: ScheduleError.self) { try ScheduleSpecification(parsing: "image") }
  }
}
