import Testing

@testable import Experiments

@Suite("Measurements whose squares overflow")
struct HugeMeasurementsTests {
  @Test("They are no sample, as infinite ones are not", arguments: [1e308, -1e200, .infinity, .nan])
  func refused(value: Double) {
    #expect(Sample([1, value]) == nil)
  }

  @Test("The largest ones have an interval")
  func largest() throws {
    let sample = try #require(Sample([1e150, 1e150, -1e150]))
    let interval = try #require(sample.confidenceInterval())
    #expect(interval.lowerBound.isFinite && interval.upperBound.isFinite)
  }
}
