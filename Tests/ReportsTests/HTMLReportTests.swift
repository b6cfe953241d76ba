import Foundation
import Testing

@testable import Reports

@Suite("HTML reports")
struct HTMLReportTests {
  static let report: HTMLReport = {
    var table = TextTable(columns: [.init("method", .left), .init("loss")])
    table.addRow(["<cosine>", "0.3"])
    table.addGap()
    table.addRow(["constant & co", "0.4"])
    let chart = LineChart(
      title: "", horizontal: ChartAxis("Step"), vertical: ChartAxis("Loss"),
      series: [ChartSeries("a", y: [1, 2])])
    return HTMLReport(
      title: "A <report>",
      blocks: [
        .heading("Results"), .paragraph("x < y"), .code("metalr compare\n  --seeds 10"),
        .table(table, caption: "Mean"),
        .figure(ChartFigure(title: "Loss", panels: [chart]), caption: "Falls"),
      ])
  }()

  @Test("Texts are escaped, and lines of code kept")
  func texts() {
    let html = Self.report.html
    for part in [
      "<title>A &lt;report&gt;</title>", "<h2>Results</h2>", "<p>x &lt; y</p>",
      "metalr compare\n  --seeds 10</pre>",
      "<td>&lt;cosine&gt;</td><td class=\"number\">0.3</td>", "<td colspan=\"2\"></td>", "constant &amp; co",
      "<caption>Mean</caption>", "<figcaption>Falls</figcaption>", "<svg ",
    ] {
      #expect(html.contains(part), "\(part)")
    }
  }

  @Test("The page needs no other file and runs nothing")
  func selfContained() {
    let html = Self.report.html.replacing("http://www.w3.org/2000/svg", with: "")
    for part in ["http:", "https:", "src=", "href=", "url(", "<script", "@import", "<link"] {
      #expect(!html.contains(part), "\(part)")
    }
  }
}
