import Foundation
import Testing

@testable import MPIJob

@Suite("Frames")
struct FramesTests {
  @Test("Pieces come back as they were, empty ones too")
  func roundTrip() {
    let pieces = [Data([1, 2, 3]), Data(), Data(repeating: 7, count: 70_000)]
    let all = Frames.join(pieces)
    #expect(all.count == 3 * 8 + 70_003)
    #expect(Array(all.prefix(11)) == [3, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3])
    #expect(Frames.split(all, count: 3) == pieces)
  }

  @Test("What was cut short, is of another number or has an absurd length is refused")
  func refused() {
    let all = Frames.join([Data([1, 2, 3]), Data([4])])
    #expect(Frames.split(all, count: 3) == nil)
    for length in 1..<all.count { #expect(Frames.split(all.prefix(length), count: 2) == nil) }
    #expect(Frames.split(Data(repeating: 255, count: 9), count: 1) == nil)
  }
}
