/// Puts a figure's title, legend and panels in their places.
struct FigureLayout {
  private static let margin = 16.0
  private static let columnGap = 22.0
  private static let rowGap = 20.0

  private let figure: ChartFigure
  /// Names in the order of the legend.
  private let names: [String]
  private let canvas: Double

  init(_ figure: ChartFigure) {
    self.figure = figure
    var seen = Set<String>()
    names = figure.panels.flatMap(\.series).map(\.name).filter { seen.insert($0).inserted }
    canvas = figure.width - 2 * Self.margin
  }

  func svg() -> String {
    var body = ""
    var top = Self.margin
    for line in SVGText.wrapped(figure.title, width: canvas, size: 15 * 1.08, limit: 3) {
      body += text(line, "title", x: Self.margin, y: top + 13)
      top += 20
    }
    for line in SVGText.wrapped(note, width: canvas, size: 12, limit: 3) {
      body += text(line, "note", x: Self.margin, y: top + 12)
      top += 17
    }
    let emphases = Dictionary(
      figure.panels.flatMap(\.series).map { ($0.name, $0.emphasis) }, uniquingKeysWith: { first, _ in first })
    let shown = zip(names, CoincidingLines(figure.panels).covered(names)).map { name, other in
      other.map { "\(name) (on \($0))" } ?? name
    }
    let legend = ChartLegend(names: shown, emphases: names.map { emphases[$0] ?? .usual }, width: canvas)
    body += legend.markup(x: Self.margin, y: top + 4)
    top += legend.height + 8
    let (panels, bottom) = panels(from: top)
    let height = bottom + Self.margin
    let size = "width=\"\(pixel(figure.width))\" height=\"\(pixel(height))\""
    return """
      <svg xmlns="http://www.w3.org/2000/svg" class="metalr-chart" role="img" \(size) \
      viewBox="0 0 \(pixel(figure.width)) \(pixel(height))" style="max-width:100%;height:auto">
      <title>\(SVGText.escaped(figure.title))</title>
      <style>
      \(ChartStyle.sheet)
      </style>
      <rect class="ground" width="\(pixel(figure.width))" height="\(pixel(height))"/>
      \(body)\(panels)</svg>

      """
  }

  /// The note, and in a compact figure what its axes measure, which the panels leave out.
  private var note: String {
    guard figure.density == .compact else { return figure.note }
    var axes: [String] = []
    for panel in figure.panels {
      let text = "\(panel.vertical.label) over \(panel.horizontal.label)"
      if !axes.contains(text) { axes.append(text) }
    }
    return ([figure.note] + axes).filter { !$0.isEmpty }.joined(separator: " · ")
  }

  /// The panels row by row, and where the last row ends.
  private func panels(from top: Double) -> (markup: String, bottom: Double) {
    let columns = min(figure.columns, figure.panels.count)
    let width = (canvas - Double(columns - 1) * Self.columnGap) / Double(columns)
    let height =
      figure.density == .compact
      ? min(max(width * 0.75, 90), 200)
      : columns == 1 ? min(max(width * 0.45, 200), 330) : min(max(width * 0.72, 190), 290)
    let shared = figure.sharesVerticalRange ? PanelDrawing.extent(of: figure.panels) : nil
    let titleLines = figure.panels.count > 1 ? figure.panels.map { panelTitle($0.title, width: width) } : []
    let titleHeight = Double(titleLines.map(\.count).max() ?? 0) * 17
    var markup = ""
    var rowTop = top
    for (index, panel) in figure.panels.enumerated() {
      if index > 0, index.isMultiple(of: columns) { rowTop += titleHeight + height + Self.rowGap }
      let left = Self.margin + Double(index % columns) * (width + Self.columnGap)
      if !titleLines.isEmpty {
        for (number, line) in titleLines[index].enumerated() {
          markup += text(line, "panel", x: left, y: rowTop + 12 + Double(number) * 17)
        }
      }
      let drawing = PanelDrawing(
        panel, names: names, left: left, top: rowTop + titleHeight, width: width, height: height,
        verticalExtent: shared, density: figure.density)
      markup += drawing.markup()
    }
    return (markup, rowTop + titleHeight + height)
  }

  private func panelTitle(_ title: String, width: Double) -> [String] {
    SVGText.wrapped(title, width: width, size: 13 * 1.08, limit: figure.density == .compact ? 1 : 2)
  }

  private func text(_ text: String, _ style: String, x: Double, y: Double) -> String {
    "<text class=\"\(style)\" x=\"\(pixel(x))\" y=\"\(pixel(y))\">\(SVGText.escaped(text))</text>\n"
  }
}

/// A length in pixels, to a hundredth.
func pixel(_ value: Double) -> String {
  let hundredths = Int((value * 100).rounded())
  let sign = hundredths < 0 ? "-" : ""
  let (whole, rest) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
  guard rest > 0 else { return "\(sign)\(whole)" }
  return rest % 10 == 0 ? "\(sign)\(whole).\(rest / 10)" : "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
}
