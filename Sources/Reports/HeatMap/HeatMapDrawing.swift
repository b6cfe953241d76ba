/// Puts a heat map's title, legend, cells and labels in their places.
struct HeatMapDrawing {
  static let markCount = 3
  private static let width = 960.0
  private static let margin = 16.0
  private static let rowHeight = 26.0
  private static let longestName = 190.0

  private let figure: HeatMapFigure
  private let scale: AxisScale
  private let canvas: Double
  private let cellsLeft: Double

  init(_ figure: HeatMapFigure) {
    self.figure = figure
    let values = figure.maps.flatMap(\.cells).flatMap(\.self).compactMap { cell -> Double? in
      if case .value(let value) = cell { value } else { nil }
    }
    scale = Self.scale(of: figure, values)
    canvas = Self.width - 2 * Self.margin
    let labels = figure.maps.flatMap(\.rows).map { SVGText.width($0) * 12 }.max() ?? 0
    cellsLeft = Self.margin + min(labels, canvas * 0.3) + 10
  }

  private static func scale(of figure: HeatMapFigure, _ values: [Double]) -> AxisScale {
    let measure = figure.measure
    guard figure.palette == .diverging else {
      return AxisScale(axis: measure, lowest: values.min(), highest: values.max(), padding: 0)
    }
    let ends = measure.range.map { [$0.lowerBound, $0.upperBound] } ?? values
    let reach = min(ends.map(abs).max() ?? 0, 1e300)
    let axis = ChartAxis(measure.title, unit: measure.unit, range: reach > 1e-290 ? -reach...reach : -1...1)
    return AxisScale(axis: axis, lowest: nil, highest: nil, padding: 0)
  }

  func svg() -> String {
    var body = ""
    var top = Self.margin
    for line in SVGText.wrapped(figure.title, width: canvas, size: 15 * 1.08, limit: 3) {
      body += text(line, "title", x: Self.margin, y: top + 13)
      top += 20
    }
    for line in SVGText.wrapped(figure.note, width: canvas, size: 12, limit: 3) {
      body += text(line, "note", x: Self.margin, y: top + 12)
      top += 17
    }
    body += legend(top: top + 8)
    top += 62
    for map in figure.maps {
      if figure.maps.count > 1 {
        let title = SVGText.fitted(map.title, width: canvas, size: 13 * 1.08)
        body += text(title, "panel", x: Self.margin, y: top + 12)
        top += 20
      }
      body += cells(of: map, top: top) + axis(of: map, top: top + Double(map.rows.count) * Self.rowHeight)
      top += Double(map.rows.count) * Self.rowHeight + axisHeight(of: map)
    }
    let size = "width=\"\(pixel(Self.width))\" height=\"\(pixel(top))\""
    return """
      <svg xmlns="http://www.w3.org/2000/svg" class="metalr-chart" role="img" \(size) \
      viewBox="0 0 \(pixel(Self.width)) \(pixel(top))" style="max-width:100%;height:auto">
      <title>\(SVGText.escaped(figure.title))</title>
      <style>
      \(ChartStyle.sheet)
      \(HeatMapStyle.sheet)
      </style>
      <rect class="ground" width="\(pixel(Self.width))" height="\(pixel(top))"/>
      \(body)</svg>

      """
  }

  /// The bar of colours with its numbers, and the marks with their names.
  private func legend(top: Double) -> String {
    let length = 300.0
    let left = Self.margin + SVGText.width(figure.measure.label) * 12 + 10
    var body = text(figure.measure.label, "key", x: Self.margin, y: top + 11)
    let classes = HeatMapStyle.classes(figure.palette)
    let step = length / Double(classes.count)
    for (index, style) in classes.enumerated() {
      body += rectangle(style, x: left + Double(index) * step, y: top, width: step, height: 14)
    }
    var bar = scale
    (bar.start, bar.end) = (left, left + length)
    let ticks = bar.ticks(spacing: 50)
    for (value, label) in ticks.labelled {
      body +=
        "<text class=\"tick\" text-anchor=\"middle\" x=\"\(pixel(bar.position(value)))\" "
        + "y=\"\(pixel(top + 28))\">\(label.markup)</text>\n"
    }
    var x = left + length + 28
    for (kind, name) in figure.marks.enumerated() {
      body += rectangle("cell", x: x, y: top, width: 18, height: 14)
      body +=
        "<path class=\"mark\" d=\"\(HeatMapStyle.mark(kind, x: x + 9, y: top + 7, size: 3.5))\"/>\n"
      body += text(name, "key", x: x + 24, y: top + 11)
      x += 24 + SVGText.width(name) * 12 + 18
    }
    return body
  }

  private func cells(of map: HeatMap, top: Double) -> String {
    let edges = edges(of: map)
    let narrowest = zip(edges, edges.dropFirst()).map { $1 - $0 }.min() ?? 0
    // Marks stay inside their cell, however many there are.
    let size = min(4, max(narrowest / 2 - 2, 0.5))
    let classes = HeatMapStyle.classes(figure.palette)
    var (body, marks, numbers) = ("", "", "")
    let room = cellsLeft - Self.margin - 8
    let labels = SVGText.fitted(map.rows, widths: map.rows.map { _ in room }, size: 12)
    for (row, label) in labels.enumerated() {
      let y = top + Double(row) * Self.rowHeight
      body +=
        "<text class=\"key\" text-anchor=\"end\" x=\"\(pixel(cellsLeft - 8))\" "
        + "y=\"\(pixel(y + Self.rowHeight / 2 + 4))\">\(SVGText.escaped(label))</text>\n"
      for (column, cell) in map.cells[row].enumerated() {
        let (left, right) = (edges[column], edges[column + 1])
        let style: String
        switch cell {
        case .value(let value):
          let index = HeatMapStyle.colourIndex(scale.position(value))
          style = classes[index]
          numbers += number(
            value, of: map, HeatMapStyle.numberClass(index, figure.palette), from: left, to: right,
            y: y + Self.rowHeight / 2 + 4)
        case .mark(let kind):
          style = "cell"
          marks += HeatMapStyle.mark(kind, x: (left + right) / 2, y: y + Self.rowHeight / 2, size: size)
        }
        // A pixel of ground sets cells apart, where they have several.
        let gap = right - left > 3 ? 1.0 : 0
        body += rectangle(style, x: left, y: y, width: right - left - gap, height: Self.rowHeight - 1)
      }
    }
    return body + numbers + (marks.isEmpty ? "" : "<path class=\"mark\" d=\"\(marks)\"/>\n")
  }

  /// The number of a cell whose column has a name, where it has room.
  private func number(
    _ value: Double, of map: HeatMap, _ style: String, from left: Double, to right: Double, y: Double
  ) -> String {
    // Beside its neighbours a small number is as good as zero.
    let text = NumberText.fixed(abs(value) < 0.005 ? 0 : value, decimals: 2).replacing("-", with: "−")
    guard !map.columnNames.isEmpty, SVGText.width(text) * 11 <= right - left else { return "" }
    return "<text class=\"\(style)\" text-anchor=\"middle\" x=\"\(pixel((left + right) / 2))\" "
      + "y=\"\(pixel(y))\">\(text)</text>\n"
  }

  /// Names of columns slope upwards where they are wider than their column.
  private func hasSlopingNames(_ map: HeatMap) -> Bool {
    let room = (Self.width - Self.margin - cellsLeft) / Double(map.columns.count)
    return map.columnNames.contains { SVGText.width($0) * 11 > room - 4 }
  }

  private func axisHeight(of map: HeatMap) -> Double {
    guard !map.columnNames.isEmpty else { return 54 }
    guard hasSlopingNames(map) else { return 30 }
    let longest = map.columnNames.map { SVGText.width($0) * 11 }.max() ?? 0
    return min(longest, Self.longestName) * 0.6 + 22
  }

  private func names(of map: HeatMap, top: Double) -> String {
    let edges = edges(of: map)
    let slopes = hasSlopingNames(map)
    let middles = zip(edges, edges.dropFirst()).map { ($0 + $1) / 2 }
    // A sloping name ends under its column, and starts inside the picture.
    let rooms = middles.map { slopes ? min(Self.longestName, ($0 - Self.margin) / 0.8) : .infinity }
    let names = SVGText.fitted(map.columnNames, widths: rooms, size: 11)
    return zip(names, middles).map { name, middle in
      let shown = SVGText.escaped(name)
      let place = "x=\"\(pixel(middle + (slopes ? 4 : 0)))\" y=\"\(pixel(top + 15))\""
      let turn = slopes ? " transform=\"rotate(-35 \(pixel(middle + 4)) \(pixel(top + 15)))\"" : ""
      return
        "<text class=\"tick\" text-anchor=\"\(slopes ? "end" : "middle")\" \(place)\(turn)>\(shown)</text>\n"
    }
    .joined()
  }

  private func axis(of map: HeatMap, top: Double) -> String {
    guard map.columnNames.isEmpty else { return names(of: map, top: top) }
    let scale = horizontal(of: map)
    var body = ""
    var marks = ""
    for (value, label) in scale.ticks(spacing: 70).labelled {
      let place = scale.position(value)
      marks += "M\(pixel(place)) \(pixel(top))v4"
      body +=
        "<text class=\"tick\" text-anchor=\"middle\" x=\"\(pixel(place))\" y=\"\(pixel(top + 17))\">"
        + "\(label.markup)</text>\n"
    }
    let middle = (cellsLeft + Self.width - Self.margin) / 2
    return "<path class=\"frame\" d=\"\(marks)\"/>\n" + body
      + "<text class=\"axis\" text-anchor=\"middle\" x=\"\(pixel(middle))\" y=\"\(pixel(top + 36))\">"
      + "\(SVGText.escaped(map.horizontal.label))</text>\n"
  }

  /// The axis of the columns, with half a cell left free at both ends.
  private func horizontal(of map: HeatMap) -> AxisScale {
    var scale = AxisScale(
      axis: map.horizontal, lowest: map.columns.first, highest: map.columns.last, padding: 0)
    let right = Self.width - Self.margin
    let half = map.columns.count == 1 ? 0 : (right - cellsLeft) / Double(map.columns.count) / 2
    (scale.start, scale.end) = (cellsLeft + half, right - half)
    return scale
  }

  /// The left edge of each column, and the right edge of the last.
  private func edges(of map: HeatMap) -> [Double] {
    let scale = horizontal(of: map)
    let middles = map.columns.map(scale.position)
    return [cellsLeft] + zip(middles, middles.dropFirst()).map { ($0 + $1) / 2 } + [Self.width - Self.margin]
  }

  private func rectangle(_ style: String, x: Double, y: Double, width: Double, height: Double) -> String {
    "<rect class=\"\(style)\" x=\"\(pixel(x))\" y=\"\(pixel(y))\" width=\"\(pixel(width))\" "
      + "height=\"\(pixel(height))\"/>\n"
  }

  private func text(_ text: String, _ style: String, x: Double, y: Double) -> String {
    "<text class=\"\(style)\" x=\"\(pixel(x))\" y=\"\(pixel(y))\">\(SVGText.escaped(text))</text>\n"
  }
}
