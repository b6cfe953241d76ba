import Testing

@testable import Command
@testable import Experiments

@Suite("Measures over seeds")
struct SummaryTextTests {
  @Test(
    "One seed has no deviation, and a huge loss stays short",
    arguments: [([0.5], "0.5000"), ([0.5, 0.5], "0.5000 (0.0000)"), ([2e32, 2e32], "2.00e32 (0.0000)")])
  func text(values: [Double], expected: String) {
    #expect(MeasureSummary(values, reference: nil).text == expected)
  }
}
