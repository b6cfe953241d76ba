import Foundation
import Testing

@testable import Reports

@Suite("Figures of comparisons over many problems")
struct ComparisonFigureTests {
  static let methods = [
    "controller", "calibrated AdamW", "Schedule-Free AdamW", "Prodigy", "D-Adaptation Adam", "LDoG",
    "Mechanic",
    "OptList", "GreedyLR", "Adam 1e-3",
  ]
  static let problems = (0..<12).map {
    "drawn \($0): \(["MLP", "LeNet", "ResNet", "LSTM"][$0 % 4]) \(16 << ($0 % 3))"
  }

  /// Numbers without meaning that look like regrets.
  static func regret(_ problem: Int, _ method: Int) -> Double {
    0.25 * sin(Double(problem * 7 + method * 3)) + 0.06 * Double(method) - 0.15
  }

  static func rates(_ problem: Int, seed: Int) -> [Double] {
    let first = [0.03, 0.01, 0.003, 0.001][problem % 4]
    return (0...200).map { step in
      first * exp(sin(Double(step) / 30 + Double(seed))) * Double(201 - step) / 200
    }
  }

  static let profiles: ChartFigure = {
    let thresholds = problems.indices.flatMap { problem in (0..<5).map { regret(problem, $0) } }.sorted()
    let series = methods.prefix(5).enumerated().map { method, name in
      let scores = problems.indices.map { regret($0, method) }
      let y = thresholds.map { threshold in
        Double(scores.count { $0 <= threshold }) / Double(scores.count)
      }
      return ChartSeries.steps(
        name, x: thresholds, y: y,
        band: method < 2
          ? .init(lower: y.map { max($0 - 0.15, 0) }, upper: y.map { min($0 + 0.15, 1) }) : nil,
        emphasis: method == 0 ? .strong : .usual)
    }
    return ChartFigure(
      title: "Performance profiles", note: "Higher is better; bands: 95% intervals",
      panels: [.performanceProfiles(title: "", score: ChartAxis("Regret"), profiles: series)])
  }()

  static let heatMap: HeatMapFigure = {
    let cells = problems.indices.map { problem in
      methods.indices.map { method -> HeatMap.Cell in
        problem == 3 && method == 7 ? .mark(0) : .value(regret(problem, method))
      }
    }
    return HeatMapFigure(
      title: "Regret against the calibrated schedule, problem by problem",
      measure: ChartAxis("Difference of regrets"), palette: .diverging, marks: ["diverged"],
      maps: [HeatMap(title: "", rows: problems, columnNames: methods, cells: cells)])
  }()

  static let smallMultiples: ChartFigure = {
    let panels = (0..<42).map { problem in
      LineChart(
        title: problems[problem % 12], horizontal: ChartAxis("Step"),
        vertical: ChartAxis("Learning rate", scale: .logarithmic),
        series: (0..<3).map { seed in ChartSeries("seed \(seed)", y: rates(problem, seed: seed)) })
    }
    return ChartFigure(
      title: "Learned rates of every problem", panels: panels, sharesVerticalRange: true, density: .compact)
  }()

  static let report: HTMLReport = {
    var table = TextTable(
      columns: [.init("method", .left), .init("mean regret"), .init("interquartile mean"), .init("diverged")])
    for (index, method) in methods.enumerated() {
      table.addRow([
        method, NumberText.mean(regret(index, index), deviation: index == 9 ? nil : 0.05),
        index == 8 ? NumberText.fixed(2e32) : NumberText.fixed(regret(1, index)), "\(index % 3)",
      ])
    }
    return HTMLReport(
      title: "Comparison on drawn problems",
      blocks: [
        .paragraph(
          "Regret is the logarithm of the test loss over the best loss that is known. Lower is better."),
        .code("metalr compare --suite drawn --seeds 5"),
        .heading("Results"), .table(table, caption: "Mean (standard deviation) over 12 problems."),
        .heading("How often, and how much"), .figure(profiles, caption: "A curve that is higher is better."),
        .heatMap(heatMap, caption: "Blue: better than the calibrated schedule."),
        .heading("Rates"), .figure(smallMultiples, caption: "One panel a problem, one line a seed."),
      ])
  }()

  @Test("A step curve holds each value until the next step, and its band too")
  func steps() {
    let series = ChartSeries.steps(
      "a", x: [0, 1, 3], y: [0.2, 0.5, 1], band: .init(lower: [0, 0.1, 0.2], upper: [1, 2, 3]))
    #expect(series.x == [0, 1, 1, 3, 3])
    #expect(series.y == [0.2, 0.2, 0.5, 0.5, 1])
    #expect(series.band == .init(lower: [0, 0, 0.1, 0.1, 0.2], upper: [1, 1, 2, 2, 3]))
    #expect(ChartSeries.steps("a", x: [], y: []).x.isEmpty)
    #expect(ChartSeries.steps("a", x: [2], y: [1]).y == [1])
  }

  @Test("Colours that diverge are middle at zero and reach equally far on both sides")
  func diverging() throws {
    let values = [-0.5, -0.05, 0, 0.05, 0.5, 1.0]
    let figure = HeatMapFigure(
      title: "", measure: ChartAxis("Regret"), palette: .diverging,
      maps: [
        HeatMap(
          title: "", rows: ["a"], columnNames: values.map { "\($0)" }, cells: [values.map { .value($0) }])
      ])
    // The ground and nine colours of the legend come first.
    let styles = try HeatMapTests.rectangles(figure.svg).dropFirst(10).map(\.style)
    #expect(styles == ["v2", "v4", "v4", "v4", "v6", "v8"])
  }

  @Test("Numbers beyond a chosen range have the colour of its end")
  func chosenRange() throws {
    let figure = HeatMapFigure(
      title: "", measure: ChartAxis("Regret", range: -1...1), palette: .diverging,
      maps: [HeatMap(title: "", rows: ["a"], columnNames: ["x", "y"], cells: [[.value(-3), .value(1e30)]])])
    #expect(try HeatMapTests.rectangles(figure.svg).dropFirst(10).map(\.style) == ["v0", "v8"])
    #expect(try Picture(figure.svg).texts.map(\.text).contains("1.00e30"))
  }

  @Test("Cells of named columns show their numbers, and no text leaves the picture")
  func heatMapTexts() throws {
    let picture = try Picture(Self.heatMap.svg)
    let texts = picture.texts.map(\.text)
    #expect(texts.contains("−0.15") && texts.contains("diverged") && texts.contains("Schedule-Free AdamW"))
    #expect(texts.filter { $0.contains(".") && Double($0.replacing("−", with: "-")) != nil }.count >= 119)
    for text in picture.texts where !text.isRotated {
      #expect(text.left >= -2 && text.right <= 962, "\(text)")
    }
    #expect(picture.numbers.allSatisfy { $0.isFinite && abs($0) < 1e4 })
  }

  @Test("Dozens of panels fit in a picture, name their axes once, and have labels that do not overlap")
  func compact() throws {
    let svg = Self.smallMultiples.svg
    let picture = try Picture(svg)
    #expect(picture.texts.count { $0.style == "axis" } == 0)
    #expect(picture.texts.count { $0.text.contains("Learning rate over Step") } == 1)
    #expect(picture.texts.count { $0.style == "panel" } == 42)
    for text in picture.texts { #expect(text.left >= 0 && text.right <= 960, "\(text)") }
    let labels = picture.texts.filter { $0.style == "tick" && $0.anchor == "middle" }
    for (first, second) in zip(labels, labels.dropFirst())
    where first.y == second.y && second.left > first.left {
      #expect(first.right <= second.left, "\(first), \(second)")
    }
    // 9 rows.
    #expect(picture.numbers.max().map { $0 < 1_800 } == true)
  }

  @Test("The legend says which lines lie on another one")
  func coinciding() throws {
    func chart(_ lines: [(String, [Double])], _ scale: ChartAxis.Scale = .linear) -> LineChart {
      LineChart(
        title: "", horizontal: ChartAxis("Step"), vertical: ChartAxis("Rate", scale: scale),
        series: lines.map { ChartSeries($0, y: $1) })
    }
    func keys(_ panels: [LineChart]) throws -> [String] {
      try Picture(ChartFigure(title: "", panels: panels).svg).texts.filter { $0.style == "key" }.map(\.text)
    }
    let first = chart([("a", [1, 2]), ("b", [1, 2.0005]), ("c", [2, 1]), ("d", [1, 2])])
    #expect(try keys([first]) == ["a", "b (on a)", "c", "d (on a)"])
    // The same in one panel but not in the other.
    let second = chart([("a", [1, 2]), ("b", [1, 2]), ("d", [1, 3])])
    #expect(try keys([first, second]) == ["a", "b (on a)", "c", "d"])
    // Small values differ on a logarithmic axis that are the same on a linear one.
    let small = [("a", [1, 1e-6]), ("b", [1, 1e-5])]
    #expect(try keys([chart(small)]) == ["a", "b (on a)"])
    #expect(try keys([chart(small, .logarithmic)]) == ["a", "b"])
    #expect(try keys([chart([("a", [.nan, 1, 2]), ("b", [.nan, 1, 2])])]) == ["a", "b (on a)"])
    #expect(try keys([chart([("a", []), ("b", [])])]) == ["a", "b"])
  }

  @Test("The report needs no other file, and is written to be looked at")
  func written() throws {
    // METALR_EXAMPLES=FOLDER keeps the report, to look at it in a browser.
    let kept = ProcessInfo.processInfo.environment["METALR_EXAMPLES"]
    let path =
      (kept ?? NSTemporaryDirectory()) + "/metalr-report-\(kept == nil ? UUID().uuidString : "example").html"
    try Self.report.write(to: path)
    defer { if kept == nil { try? FileManager.default.removeItem(atPath: path) } }
    let html = try String(contentsOfFile: path, encoding: .utf8)
    for part in ["src=", "href=", "url(", "<script", "@import", "<link"] {
      #expect(!html.contains(part), "\(part)")
    }
    #expect(html.contains("prefers-color-scheme:dark") && html.contains("width=device-width"))
  }
}

@Suite("Numbers in tables")
struct NumberTextTests {
  @Test(
    "Numbers stay short",
    arguments: [
      (0.3516, "0.3516"), (0, "0.0000"), (-1.23456, "-1.2346"), (2e32, "2.00e32"), (999_999, "999999.0000"),
      (1e6, "1.00e6"), (3e-7, "3.00e-7"), (-3e-7, "-3.00e-7"), (5e-5, "0.0001"), (.infinity, "inf"),
      (-.infinity, "-inf"), (.nan, "nan"), (1.7e308, "1.70e308"), (.leastNonzeroMagnitude, "4.94e-324"),
    ])
  func fixed(value: Double, text: String) {
    #expect(NumberText.fixed(value) == text)
  }

  @Test("A single run has no deviation to show, nor has a mean that is infinite")
  func mean() {
    #expect(NumberText.mean(0.35161, deviation: 0.005, decimals: 3) == "0.352 (0.005)")
    #expect(NumberText.mean(0.3516, deviation: nil) == "0.3516")
    #expect(NumberText.mean(2e32, deviation: 1e32) == "2.00e32 (1.00e32)")
    #expect(NumberText.mean(.infinity, deviation: .nan) == "inf")
  }
}
