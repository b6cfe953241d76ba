/// The names of a figure's lines, in rows above the panels, where no data can be.
struct ChartLegend {
  private static let swatch = 28.0
  private static let rowHeight = 19.0
  private static let size = 12.0

  private var entries: [(name: String, x: Double, row: Int)] = []
  private let emphases: [ChartSeries.Emphasis]

  /// Height of all rows; 0 without names.
  var height: Double { entries.last.map { Double($0.row + 1) * Self.rowHeight + 6 } ?? 0 }

  /// Fills rows from the left.
  ///
  /// - Parameters:
  ///   - names: The names in order; a lone name says no more than the title and has no entry if it is empty.
  ///   - emphases: How much the lines of each name stand out.
  ///   - width: The room in pixels.
  init(names: [String], emphases: [ChartSeries.Emphasis], width: Double) {
    self.emphases = emphases
    guard names != [""] else { return }
    var (x, row) = (0.0, 0)
    for name in names {
      let room = width - Self.swatch - 7
      let shown = SVGText.fitted(name, width: room, size: Self.size)
      let length = Self.swatch + 7 + SVGText.width(shown) * Self.size
      if x > 0, x + length > width {
        x = 0
        row += 1
      }
      entries.append((shown, x, row))
      x += length + 12
    }
  }

  /// The rows, from their upper left corner.
  func markup(x left: Double, y top: Double) -> String {
    entries.enumerated().map { index, entry in
      let (x, y) = (left + entry.x, top + Double(entry.row) * Self.rowHeight + 8)
      let style = ChartStyle.lineClass(index, emphases[index])
      let line = "<path class=\"line \(style)\" d=\"M\(pixel(x)) \(pixel(y))h\(pixel(Self.swatch))\"/>"
      let text =
        "<text class=\"key\" x=\"\(pixel(x + Self.swatch + 7))\" y=\"\(pixel(y + 4))\">"
        + "\(SVGText.escaped(entry.name))</text>\n"
      return line + text
    }
    .joined()
  }
}
