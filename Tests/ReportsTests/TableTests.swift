import Testing

@testable import Reports

@Suite("Tables")
struct TableTests {
  static let table = {
    var table = TextTable(columns: [.init("name", .left), .init("loss")])
    table.addRow(["cosine", "0.35"])
    table.addGap()
    table.addRow(["a|b", "12.125"])
    return table
  }()

  @Test("Texts are flush on their side and nothing trails")
  func text() {
    #expect(Self.table.text == "name      loss\n------  ------\ncosine    0.35\n\na|b     12.125\n")
  }

  @Test("Markdown escapes its own sign and leaves gaps out")
  func markdown() {
    #expect(Self.table.markdown == "| name | loss |\n| --- | ---: |\n| cosine | 0.35 |\n| a\\|b | 12.125 |\n")
  }

  @Test("Commas, quotes and line breaks are quoted, as RFC 4180 asks")
  func csv() {
    var table = CSVTable(columns: ["a", "b"])
    table.addRow(["1,5", "say \"hi\""])
    table.addRow(["plain", "two\nlines"])
    #expect(table.text == "a,b\n\"1,5\",\"say \"\"hi\"\"\"\nplain,\"two\nlines\"\n")
  }
}
