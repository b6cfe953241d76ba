import Files

/// A field of coloured cells: rows with names, columns along an axis.
///
/// ```swift
/// let map = HeatMap(
///   title: "LeNet-5", rows: ["sgd", "adam"], horizontal: ChartAxis("Learning rate", scale: .logarithmic),
///   columns: [0.001, 0.01], cells: [[.mark(0), .value(120)], [.value(80), .mark(1)]])
/// ```
public struct HeatMap: Sendable, Equatable {
  /// What one cell holds.
  public enum Cell: Sendable, Equatable {
    /// A number, which becomes a colour.
    case value(Double)
    /// A case without a number, by its place in the figure's ``HeatMapFigure/marks``.
    case mark(Int)
  }

  /// What the map shows; left out when it is the only one of its figure.
  public let title: String
  /// Names of the rows, from top to bottom.
  public let rows: [String]
  /// The axis of the columns.
  public let horizontal: ChartAxis
  /// Where the columns are on the axis, increasing; a cell reaches half-way to its neighbours.
  public let columns: [Double]
  /// The cells, row by row.
  public let cells: [[Cell]]
  /// Names of the columns, where they are no places on an axis; otherwise empty.
  public let columnNames: [String]

  /// Creates a map.
  ///
  /// - Precondition: There is a cell for each row and column, the columns increase, and the axis can show
  ///   them.
  public init(title: String, rows: [String], horizontal: ChartAxis, columns: [Double], cells: [[Cell]]) {
    precondition(
      cells.count == rows.count && cells.allSatisfy { $0.count == columns.count },
      "expected \(rows.count) rows of \(columns.count) cells, got \(cells.map(\.count))")
    precondition(
      !rows.isEmpty && !columns.isEmpty && zip(columns, columns.dropFirst()).allSatisfy(<)
        && columns.allSatisfy(horizontal.shows),
      "expected rows, and increasing columns that the axis can show, got \(columns)")
    self.title = title
    self.rows = rows
    self.horizontal = horizontal
    self.columns = columns
    self.cells = cells
    columnNames = []
  }

  /// Creates a map whose columns have names, as methods do; its cells show their numbers where there is room.
  ///
  /// - Precondition: There is a row, a column, and a cell for each row and column.
  public init(title: String, rows: [String], columnNames: [String], cells: [[Cell]]) {
    precondition(
      !rows.isEmpty && !columnNames.isEmpty && cells.count == rows.count
        && cells.allSatisfy { $0.count == columnNames.count },
      "expected \(rows.count) rows of \(columnNames.count) cells, got \(cells.map(\.count))")
    self.title = title
    self.rows = rows
    horizontal = ChartAxis("")
    columns = columnNames.indices.map(Double.init)
    self.cells = cells
    self.columnNames = columnNames
  }
}

/// Heat maps one below the other, with one scale of colours.
///
/// The picture is one SVG document that needs nothing else, readable on a light and on a dark ground: numbers
/// have colours, cases without a number have none but a mark of their own.
public struct HeatMapFigure: Sendable, Equatable {
  /// Which colours stand for which numbers.
  public enum Palette: Sendable, Equatable {
    /// From low to high, by growing darkness.
    case sequential
    /// Blue below zero, red above it, and the more the further; both sides reach equally far.
    case diverging
  }

  /// The title above all maps.
  public let title: String
  /// A line under the title; empty for none.
  public let note: String
  /// What the colours measure, with the scale on which they do.
  public let measure: ChartAxis
  /// Which colours stand for which numbers.
  public let palette: Palette
  /// Names of the cases without a number, at most three.
  public let marks: [String]
  /// The maps.
  public let maps: [HeatMap]

  /// Creates a figure.
  ///
  /// - Parameters:
  ///   - title: The title above all maps.
  ///   - note: A line under the title; none by default.
  ///   - measure: What the colours measure; its range, or else the data, decide the ends. Numbers beyond a
  ///     chosen range have the colour of its end.
  ///   - palette: From low to high by default.
  ///   - marks: Names of the cases without a number.
  ///   - maps: The maps, from top to bottom.
  /// - Precondition: There is a map, there are at most three marks, every mark of a cell has a name, the
  ///   measure's axis can show every number, and it is linear where colours diverge.
  public init(
    title: String, note: String = "", measure: ChartAxis, palette: Palette = .sequential,
    marks: [String] = [], maps: [HeatMap]
  ) {
    precondition(
      palette == .sequential || measure.scale == .linear, "colours diverge around zero on a linear axis only")
    precondition(!maps.isEmpty, "expected at least one map")
    precondition(
      marks.count <= HeatMapDrawing.markCount,
      "expected at most \(HeatMapDrawing.markCount) marks, got \(marks)")
    for cell in maps.flatMap(\.cells).flatMap(\.self) {
      switch cell {
      case .value(let value): precondition(measure.shows(value), "\(value) has no place on the scale")
      case .mark(let mark): precondition(marks.indices.contains(mark), "mark \(mark) has no name")
      }
    }
    self.title = title
    self.note = note
    self.measure = measure
    self.palette = palette
    self.marks = marks
    self.maps = maps
  }

  /// The figure as an SVG document.
  public var svg: String { HeatMapDrawing(self).svg() }

  /// Writes the figure as an SVG file, whole or not at all.
  ///
  /// - Throws: `FileError` when the file cannot be written.
  public func write(to path: String) throws(FileError) {
    try AtomicFile.write(svg, to: path)
  }
}
