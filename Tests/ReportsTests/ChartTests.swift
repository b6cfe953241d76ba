import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@testable import Reports

@Suite("Charts")
struct ChartTests {
  static func chart(
    _ series: [ChartSeries], vertical: ChartAxis = ChartAxis("Loss"),
    horizontal: ChartAxis = ChartAxis("Step")
  ) -> LineChart {
    LineChart(title: "Title", horizontal: horizontal, vertical: vertical, series: series)
  }

  static let logarithmic = ChartAxis("Rate", scale: .logarithmic)

  /// Everything that a run may hand over, sensible or not.
  static let hardCases: [(name: String, chart: LineChart)] = [
    ("no line", chart([])),
    ("an empty line", chart([ChartSeries("a", y: [])])),
    ("one point", chart([ChartSeries("a", y: [0.3])])),
    ("one point at zero", chart([ChartSeries("a", y: [0])])),
    ("one point, logarithmic", chart([ChartSeries("a", y: [3e-4])], vertical: logarithmic)),
    ("constant values", chart([ChartSeries("a", y: [5, 5, 5])])),
    ("values one rounding apart", chart([ChartSeries("a", y: [1, 1.nextUp, 1])])),
    ("only values that are not finite", chart([ChartSeries("a", y: [.nan, .infinity, -.infinity])])),
    ("only zero, logarithmic", chart([ChartSeries("a", y: [0, 0])], vertical: logarithmic)),
    ("negative values, logarithmic", chart([ChartSeries("a", y: [1, -1, 0, 1e-3])], vertical: logarithmic)),
    (
      "the largest numbers",
      chart([ChartSeries("a", y: [.greatestFiniteMagnitude, -.greatestFiniteMagnitude])])
    ),
    (
      "the smallest and the largest, logarithmic",
      chart([ChartSeries("a", y: [.leastNonzeroMagnitude, .greatestFiniteMagnitude])], vertical: logarithmic)
    ),
    ("numbers beyond what is drawn", chart([ChartSeries("a", y: [1e305, 1e306])])),
    (
      "numbers beyond what is drawn, logarithmic",
      chart([ChartSeries("a", y: [1e305, 1e306])], vertical: logarithmic)
    ),
    ("tiny numbers", chart([ChartSeries("a", y: [.leastNonzeroMagnitude, 0])])),
    ("not finite places", chart([ChartSeries("a", x: [0, .nan, .infinity, 3], y: [1, 2, 3, 4])])),
    ("places in no order", chart([ChartSeries("a", x: [5, 1, 3, 1], y: [1, 2, 3, 4])])),
    (
      "far outside a chosen range",
      chart([ChartSeries("a", y: [1, 1e300, -1e300, 2])], vertical: ChartAxis("Loss", range: 0...4))
    ),
    (
      "a band that reaches below zero on a logarithmic axis",
      chart(
        [ChartSeries("a", x: [0, 1], y: [1, 2], band: .init(lower: [-1, 0.5], upper: [2, .nan]))],
        vertical: logarithmic)
    ),
    (
      "texts that must be escaped",
      LineChart(
        title: "<b>&\"'\u{0}\u{1B}\u{FFFF}\n", horizontal: ChartAxis("<x>", unit: "&"),
        vertical: ChartAxis("\"y\""), series: [ChartSeries("</svg><script>", y: [1, 2])])
    ),
  ]

  @Test("Every picture is well-formed and its numbers are finite", arguments: hardCases.indices)
  func wellFormed(index: Int) throws {
    let (name, chart) = Self.hardCases[index]
    for figure in [
      ChartFigure(title: chart.title, panels: [chart]),
      ChartFigure(title: chart.title, note: "note", panels: [chart, chart, chart, chart], width: 320),
      ChartFigure(title: chart.title, panels: [chart, chart], sharesVerticalRange: true),
    ] {
      let picture = try Picture(figure.svg)
      #expect(!picture.numbers.isEmpty)
      #expect(picture.numbers.allSatisfy { $0.isFinite && abs($0) < 1e5 }, "\(name)")
      #expect(!figure.svg.lowercased().contains("nan") || name.contains("nan"), "\(name)")
    }
  }

  @Test("No text leaves the picture", arguments: [320.0, 480, 760, 960], [1, 2, 3])
  func textsInside(width: Double, columns: Int) throws {
    let long = String(repeating: "A name that is far too long ", count: 12)
    let values = [1e-5, 3e4, 2.5e6]
    let series = (0..<9).map { ChartSeries($0 == 4 ? long : "name \($0)", y: values) }
    for vertical in [ChartAxis(long, unit: "s"), ChartAxis(long, scale: .logarithmic)] {
      let chart = LineChart(
        title: long, horizontal: ChartAxis(long), vertical: vertical,
        series: series + [ChartSeries("far", x: [0, 123_456_789], y: [1, 1])])
      let figure = ChartFigure(
        title: long, note: long, panels: [chart, chart, chart], columns: columns, width: width)
      for text in try Picture(figure.svg).texts where !text.isRotated {
        #expect(text.left >= 0 && text.right <= width, "\(text) in \(width) pixels")
      }
    }
  }

  @Test("Labels on an axis do not overlap", arguments: hardCases.indices)
  func labelsApart(index: Int) throws {
    let chart = Self.hardCases[index].chart
    let texts = try Picture(ChartFigure(title: "", panels: [chart, chart, chart]).svg).texts
    let labels = texts.filter { $0.style == "tick" && $0.anchor == "middle" }
    for (first, second) in zip(labels, labels.dropFirst())
    where first.y == second.y && second.left > first.left {
      #expect(first.right <= second.left, "\(first), \(second)")
    }
  }

  @Test("A gap breaks the line, and a lone point between gaps is a dot")
  func gaps() throws {
    let picture = try Picture(
      Self.chart([ChartSeries("a", y: [1, 2, .nan, 3, .infinity, 4, 5])]).svg())
    #expect(picture.dataLines.count == 1)
    #expect(picture.dataLines.first?.filter { $0 == "M" }.count == 2)
    #expect(picture.dotCount == 1)
  }

  @Test("A million points fit in a small picture that keeps the extremes")
  func thinned() throws {
    var values = [Double](repeating: 0, count: 1_000_000)
    values[123_456] = 7
    values[654_321] = -3
    let svg = Self.chart([ChartSeries("a", y: values)], vertical: ChartAxis("Loss", range: -3...7)).svg()
    #expect(svg.utf8.count < 100_000)
    let line = try #require(Picture(svg).dataLines.first)
    let heights = line.split { "ML".contains($0) }.compactMap {
      $0.split(separator: " ").last.flatMap { Double($0) }
    }
    let whole = try #require(
      Picture(Self.chart([ChartSeries("a", y: [-3, 7])], vertical: ChartAxis("Loss", range: -3...7)).svg())
        .dataLines.first)
    let ends = whole.split { "ML".contains($0) }.compactMap {
      $0.split(separator: " ").last.flatMap { Double($0) }
    }
    #expect(heights.max() == ends.max() && heights.min() == ends.min())
  }

  @Test("Thinning keeps the first, lowest, highest and last point of a column in their order")
  func columns() {
    let heights = [5.0, 9, 2, 4, 6, 1.5, 8, 7]
    let parts = LineThinning.parts(count: 9) {
      $0 < 8 ? PixelPoint(x: 10.1 + Double($0) * 0.01, y: heights[$0]) : PixelPoint(x: 11, y: 0)
    }
    #expect(parts.map { $0.map(\.y) } == [[5, 9, 1.5, 7, 0]])
  }

  @Test("A name has one entry, colour and dash in all panels")
  func names() throws {
    let first = Self.chart([
      ChartSeries("a", y: [1, 2]), ChartSeries("a", y: [2, 1]), ChartSeries("b", y: [1, 1]),
    ])
    let second = Self.chart([ChartSeries("b", y: [3, 2])])
    let picture = try Picture(ChartFigure(title: "t", panels: [first, second]).svg)
    #expect(picture.texts.filter { $0.style == "key" }.map(\.text) == ["a", "b"])
    #expect(
      picture.lineClasses == [
        "line c0 d0", "line c1 d1", "line c0 d0", "line c0 d0", "line c1 d1", "line c1 d1",
      ])
  }

  static let markCases: [(scale: ChartAxis.Scale, range: ClosedRange<Double>, labels: [String])] = [
    (.linear, 0...300, ["0", "100", "200", "300"]),
    (.linear, -1.0...1, ["−1.0", "−0.5", "0", "0.5", "1.0"]),
    (.linear, 0...30_000, ["0", "10,000", "20,000", "30,000"]),
    (.linear, 0...0.0003, ["0", "1×10^−4", "2×10^−4", "3×10^−4"]),
    (.linear, 0...4e6, ["0", "1×10^6", "2×10^6", "3×10^6", "4×10^6"]),
    (.logarithmic, 0.001...1, ["0.001", "0.01", "0.1", "1"]),
    (.logarithmic, 1e-5...1e-2, ["10^−5", "10^−4", "10^−3", "10^−2"]),
    (.logarithmic, 0.2...2, ["0.2", "0.5", "1", "2"]),
    (.logarithmic, 1e-4...1e-3, ["1×10^−4", "2×10^−4", "5×10^−4", "1×10^−3"]),
    (.logarithmic, 0.31...0.37, ["0.32", "0.34", "0.36"]),
    (.logarithmic, 1...1e30, ["10^0", "10^8", "10^16", "10^24"]),
  ]

  @Test("Marks are round numbers", arguments: markCases.indices)
  func marks(index: Int) {
    let (scale, range, expected) = Self.markCases[index]
    let ticks = AxisTicks.fitting(scale: scale, range: range, target: 4)
    let labels = ticks.labelled.map(\.label).map { $0.text + ($0.exponent.isEmpty ? "" : "^" + $0.exponent) }
    #expect(labels == expected)
    for (value, _) in ticks.labelled {
      #expect(abs(value - min(max(value, range.lowerBound), range.upperBound)) <= 1e-9 * abs(value))
    }
  }
}
