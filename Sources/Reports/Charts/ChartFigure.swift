import Files

/// Charts side by side under one title and one legend: small multiples.
///
/// The picture is one SVG document that needs nothing else. It follows the reader's light or dark preference, also
/// when it is placed inside an HTML page. A name has the same colour and dash in all panels.
public struct ChartFigure: Sendable, Equatable {
  /// How much room each panel has.
  public enum Density: Sendable, Equatable {
    /// Every panel has the titles of its axes.
    case usual
    /// Dozens of small panels side by side; the note says once what their axes measure.
    case compact
  }

  /// The title above all panels.
  public let title: String
  /// A line under the title; empty for none.
  public let note: String
  /// The charts, row by row; the title of an only panel is left out.
  public let panels: [LineChart]
  /// Panels in a row.
  public let columns: Int
  /// Width of the picture in CSS pixels.
  public let width: Double
  /// Whether all panels that have the same kind of vertical axis show the same range of values.
  public let sharesVerticalRange: Bool
  /// How much room each panel has.
  public let density: Density

  /// Creates a figure.
  ///
  /// - Parameters:
  ///   - title: The title above all panels.
  ///   - note: A line under the title; none by default.
  ///   - panels: The charts, row by row.
  ///   - columns: Panels in a row; by default at most 3, and 5 in a compact figure.
  ///   - width: Width in CSS pixels, at least 320; by default 760 for one column and 960 for more.
  ///   - sharesVerticalRange: Whether panels show the same vertical range; false by default.
  ///   - density: How much room each panel has; as usual by default.
  /// - Precondition: There is a panel, a column, and the width is at least 320.
  public init(
    title: String, note: String = "", panels: [LineChart], columns: Int? = nil, width: Double? = nil,
    sharesVerticalRange: Bool = false, density: Density = .usual
  ) {
    precondition(!panels.isEmpty, "expected at least one panel")
    let columns = columns ?? min(panels.count, density == .compact ? 5 : 3)
    let width = width ?? (columns == 1 ? 760 : 960)
    precondition(columns >= 1, "expected at least one column, got \(columns)")
    precondition(width >= 320 && width.isFinite, "expected a width of at least 320, got \(width)")
    self.title = title
    self.note = note
    self.panels = panels
    self.columns = columns
    self.width = width
    self.sharesVerticalRange = sharesVerticalRange
    self.density = density
  }

  /// The figure as an SVG document.
  public var svg: String { FigureLayout(self).svg() }

  /// Writes the figure as an SVG file, whole or not at all.
  ///
  /// - Throws: `FileError` when the file cannot be written.
  public func write(to path: String) throws(FileError) {
    try AtomicFile.write(svg, to: path)
  }
}
