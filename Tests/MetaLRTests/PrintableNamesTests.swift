import Testing

@testable import MetaLR

@Suite("Names from elsewhere")
struct PrintableNamesTests {
  @Test("Control characters of a trainee's names do not reach the terminal")
  func label() {
    let description = ProblemDescription(
      dataset: "data\u{1B}[2J", datasetHash: "", splitSizes: [], model: "net\r\n\u{9B}31m",
      optimizer: "sgd\tnew",
      batchSize: 5)
    #expect(description.label == "data[2J, net31m, sgd new, batch 5")
  }
}
