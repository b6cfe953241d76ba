/// The lowest and highest values that a chart's axes can show.
struct DataExtent {
  private(set) var x: (lowest: Double, highest: Double)?
  private(set) var y: (lowest: Double, highest: Double)?

  /// Looks at all points of all lines and at the ends of their bands.
  init(of chart: LineChart) {
    for series in chart.series {
      for index in series.x.indices where chart.horizontal.shows(series.x[index]) {
        var isShown = false
        if chart.vertical.shows(series.y[index]) {
          Self.widen(&y, series.y[index])
          isShown = true
        }
        if let band = series.band {
          for end in [band.lower[index], band.upper[index]] where chart.vertical.shows(end) {
            Self.widen(&y, end)
            isShown = true
          }
        }
        if isShown { Self.widen(&x, series.x[index]) }
      }
    }
  }

  private static func widen(_ extent: inout (lowest: Double, highest: Double)?, _ value: Double) {
    extent = extent.map { (min($0.lowest, value), max($0.highest, value)) } ?? (value, value)
  }
}
