import Files

/// A chart of lines over two axes.
///
/// ```swift
/// let chart = LineChart(
///   title: "Learned schedules", horizontal: ChartAxis("Step"),
///   vertical: ChartAxis("Learning rate", scale: .logarithmic),
///   series: [ChartSeries("seed 1", x: steps, y: rates)])
/// try chart.write(to: "schedules.svg")
/// ```
///
/// Values that are not finite, and on a logarithmic axis those not above zero, leave a gap. Lines of any length may
/// be given: each pixel column keeps its first, lowest, highest and last point.
public struct LineChart: Sendable, Equatable {
  /// What the chart shows.
  public let title: String
  /// The axis from left to right.
  public let horizontal: ChartAxis
  /// The axis from bottom to top.
  public let vertical: ChartAxis
  /// The lines, in the order of the legend; later ones are drawn above earlier ones.
  public let series: [ChartSeries]

  /// Creates a chart.
  public init(title: String, horizontal: ChartAxis, vertical: ChartAxis, series: [ChartSeries]) {
    self.title = title
    self.horizontal = horizontal
    self.vertical = vertical
    self.series = series
  }

  /// The chart as an SVG document of its own; see ``ChartFigure/svg``.
  ///
  /// - Parameter note: A line under the title, "mean and 95% interval of 10 seeds" for instance.
  /// - Returns: The text of an SVG file.
  public func svg(note: String = "") -> String {
    ChartFigure(title: title, note: note, panels: [self]).svg
  }

  /// Writes the chart as an SVG file, whole or not at all.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - note: A line under the title.
  /// - Throws: `FileError` when the file cannot be written.
  public func write(to path: String, note: String = "") throws(FileError) {
    try AtomicFile.write(svg(note: note), to: path)
  }
}
