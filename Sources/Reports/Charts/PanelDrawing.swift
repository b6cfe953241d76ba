/// Draws one chart: axes, marks, bands and lines.
struct PanelDrawing {
  private static let tickSize = 11.0
  private static let topMargin = 8.0

  private let chart: LineChart
  private let names: [String]
  private let frame: (left: Double, top: Double, right: Double, bottom: Double)
  private let horizontal: AxisScale
  private let vertical: AxisScale
  private let outer: (left: Double, width: Double)
  private let hasData: Bool
  private let density: ChartFigure.Density

  /// Places a chart.
  ///
  /// - Parameters:
  ///   - chart: What to draw.
  ///   - names: The legend's names, whose places choose colours and dashes.
  ///   - left: Left edge in pixels, of the axis title.
  ///   - top: Upper edge.
  ///   - width: Width, axis title and labels included.
  ///   - height: Height, likewise.
  ///   - verticalExtent: The lowest and highest value to show; by default the chart's own.
  ///   - density: Whether the titles of the axes are left out.
  init(
    _ chart: LineChart, names: [String], left: Double, top: Double, width: Double, height: Double,
    verticalExtent: (lowest: Double, highest: Double)? = nil, density: ChartFigure.Density = .usual
  ) {
    self.density = density
    self.chart = chart
    self.names = names
    let extent = DataExtent(of: chart)
    hasData = extent.x != nil
    let y = verticalExtent ?? extent.y
    var vertical = AxisScale(axis: chart.vertical, lowest: y?.lowest, highest: y?.highest, padding: 0.04)
    vertical.start = top + height - Self.bottomMargin(density)
    vertical.end = top + Self.topMargin
    var horizontal = AxisScale(
      axis: chart.horizontal, lowest: extent.x?.lowest, highest: extent.x?.highest, padding: 0)
    let labelWidth =
      vertical.ticks(spacing: Self.spacing(chart.vertical, density)).labelled.map(\.label.width).max() ?? 0
    let titleRoom = density == .compact ? 0.0 : 22
    horizontal.start = min(left + titleRoom + labelWidth * Self.tickSize + 8, left + width * 0.4)
    horizontal.end = left + width - 10
    self.vertical = vertical
    self.horizontal = horizontal
    outer = (left, width)
    frame = (horizontal.start, vertical.end, horizontal.end, vertical.start)
  }

  /// The lowest and highest vertical value of all charts together.
  static func extent(of charts: [LineChart]) -> (lowest: Double, highest: Double)? {
    let extents = charts.compactMap { DataExtent(of: $0).y }
    guard let lowest = extents.map(\.lowest).min(), let highest = extents.map(\.highest).max() else {
      return nil
    }
    return (lowest, highest)
  }

  /// Room under the axis: for its labels, and for its title where there is one.
  private static func bottomMargin(_ density: ChartFigure.Density) -> Double {
    density == .compact ? 24 : 44
  }

  /// Pixels for a mark of the vertical axis: powers of ten stand closer, so that fewer are skipped.
  private static func spacing(_ axis: ChartAxis, _ density: ChartFigure.Density) -> Double {
    density == .compact ? 18 : axis.scale == .linear ? 36 : 26
  }

  func markup() -> String {
    let (width, height) = (frame.right - frame.left, frame.bottom - frame.top)
    // A nested picture cuts off what is outside, without an identifier that another chart in a page may have too.
    let window =
      "x=\"\(pixel(frame.left))\" y=\"\(pixel(frame.top))\" width=\"\(pixel(width))\" height=\"\(pixel(height))\""
    let view = "viewBox=\"\(pixel(frame.left)) \(pixel(frame.top)) \(pixel(width)) \(pixel(height))\""
    let lines = [ChartSeries.Emphasis.faint, .usual, .strong].flatMap { emphasis in
      chart.series.filter { $0.emphasis == emphasis }
    }
    let data = chart.series.map(band).joined() + lines.map(line).joined()
    let frameLines =
      "<path class=\"frame\" d=\"M\(pixel(frame.left)) \(pixel(frame.top))V\(pixel(frame.bottom))H\(pixel(frame.right))\"/>\n"
    return axes() + frameLines
      + (hasData ? "<svg \(window) \(view)>\n\(data)</svg>\n" : emptyMessage())
  }

  private func emptyMessage() -> String {
    text(
      "no data", "empty", x: (frame.left + frame.right) / 2, y: (frame.top + frame.bottom) / 2,
      anchor: "middle")
  }
}

// MARK: - Axes

extension PanelDrawing {
  private func axes() -> String {
    let (x, y) = (horizontalTicks(), vertical.ticks(spacing: Self.spacing(chart.vertical, density)))
    var grid = ""
    var marks = ""
    var labels = ""
    for (value, label) in y.labelled {
      let place = vertical.position(value)
      grid += "M\(pixel(frame.left)) \(pixel(place))H\(pixel(frame.right))"
      labels += text(markup: label.markup, "tick", x: frame.left - 7, y: place + 4, anchor: "end")
    }
    for (value, label) in x.labelled {
      let place = horizontal.position(value)
      grid += "M\(pixel(place)) \(pixel(frame.top))V\(pixel(frame.bottom))"
      marks += "M\(pixel(place)) \(pixel(frame.bottom))v4"
      // A label at the edge moves inwards rather than out of the picture.
      let half = label.width * Self.tickSize / 2
      let centre = min(place, outer.left + outer.width + 8 - half)
      labels += text(markup: label.markup, "tick", x: centre, y: frame.bottom + 17, anchor: "middle")
    }
    for value in y.minor { marks += "M\(pixel(frame.left)) \(pixel(vertical.position(value)))h-3" }
    for value in x.minor { marks += "M\(pixel(horizontal.position(value))) \(pixel(frame.bottom))v3" }
    return "<path class=\"grid\" d=\"\(grid)\"/>\n<path class=\"frame\" d=\"\(marks)\"/>\n" + labels
      + (density == .compact ? "" : titles())
  }

  /// As many marks as their own labels leave room for.
  private func horizontalTicks() -> AxisTicks {
    var spacing = 64.0
    while true {
      let ticks = horizontal.ticks(spacing: spacing)
      let widest = (ticks.labelled.map(\.label.width).max() ?? 0) * Self.tickSize + 10
      let places = ticks.labelled.map { horizontal.position($0.value) }
      let closest = zip(places.dropFirst(), places).map { $0 - $1 }.min() ?? .infinity
      if closest >= widest || spacing > frame.right - frame.left { return ticks }
      spacing *= 1.4
    }
  }

  private func titles() -> String {
    let (width, height) = (frame.right - frame.left, frame.bottom - frame.top)
    let middle = (frame.top + frame.bottom) / 2
    let x = SVGText.fitted(chart.horizontal.label, width: width, size: 12)
    let y = SVGText.fitted(chart.vertical.label, width: height + Self.bottomMargin(density) / 2, size: 12)
    let place = outer.left + 11
    return text(x, "axis", x: (frame.left + frame.right) / 2, y: frame.bottom + 36, anchor: "middle")
      + "<text class=\"axis\" text-anchor=\"middle\" x=\"\(pixel(place))\" y=\"\(pixel(middle))\" "
      + "transform=\"rotate(-90 \(pixel(place)) \(pixel(middle)))\">\(SVGText.escaped(y))</text>\n"
  }

  private func text(_ text: String, _ style: String, x: Double, y: Double, anchor: String) -> String {
    self.text(markup: SVGText.escaped(text), style, x: x, y: y, anchor: anchor)
  }

  private func text(markup: String, _ style: String, x: Double, y: Double, anchor: String) -> String {
    "<text class=\"\(style)\" text-anchor=\"\(anchor)\" x=\"\(pixel(x))\" y=\"\(pixel(y))\">\(markup)</text>\n"
  }
}

// MARK: - Data

extension PanelDrawing {
  private func line(_ series: ChartSeries) -> String {
    let style = ChartStyle.lineClass(names.firstIndex(of: series.name) ?? 0, series.emphasis)
    let parts = LineThinning.parts(count: series.x.count) { place(series.x[$0], series.y[$0]) }
    var path = ""
    var dots = ""
    for part in parts {
      if part.allSatisfy({ $0 == part[0] }) {
        dots +=
          "<circle class=\"dot \(style)\" cx=\"\(pixel(part[0].x))\" cy=\"\(pixel(part[0].y))\" r=\"3\"/>\n"
      } else {
        path += Self.path(part)
      }
    }
    let many = chart.series.filter { $0.name == series.name }.count > 3 ? " many" : ""
    return (path.isEmpty ? "" : "<path class=\"line\(many) \(style)\" d=\"\(path)\"/>\n") + dots
  }

  private func band(_ series: ChartSeries) -> String {
    guard let band = series.band else { return "" }
    let style = "c\((names.firstIndex(of: series.name) ?? 0) % ChartStyle.palette.count)"
    func ends(_ index: Int) -> (lower: PixelPoint, upper: PixelPoint)? {
      let (low, high) = (band.lower[index], band.upper[index])
      guard low.isFinite, let upper = place(series.x[index], high) else { return nil }
      // On a logarithmic axis an interval that reaches zero goes on below the picture.
      let lower = place(series.x[index], low) ?? PixelPoint(x: upper.x, y: frame.bottom + 10)
      return (lower, upper)
    }
    let lower = LineThinning.parts(count: series.x.count) { ends($0)?.lower }
    let upper = LineThinning.parts(count: series.x.count) { ends($0)?.upper }
    let path = zip(lower, upper).map { Self.path($0 + $1.reversed()) + "Z" }.joined()
    return path.isEmpty ? "" : "<path class=\"band \(style)\" d=\"\(path)\"/>\n"
  }

  private func place(_ x: Double, _ y: Double) -> PixelPoint? {
    guard chart.horizontal.shows(x), chart.vertical.shows(y) else { return nil }
    return PixelPoint(x: horizontal.position(x), y: vertical.position(y))
  }

  private static func path(_ points: [PixelPoint]) -> String {
    points.enumerated().map { index, point in "\(index == 0 ? "M" : "L")\(pixel(point.x)) \(pixel(point.y))" }
      .joined()
  }
}
