extension ChartSeries {
  /// Creates a step curve, which holds each value until the next point: a distribution, a schedule of pieces.
  ///
  /// - Parameters:
  ///   - name: The name in the legend.
  ///   - x: Where the steps are, increasing.
  ///   - y: The value from each step on.
  ///   - band: The interval around each value; none by default.
  ///   - emphasis: How much the line stands out; as the rest by default.
  /// - Returns: A line with a corner before and after each step.
  /// - Precondition: All have the same number of values.
  public static func steps(
    _ name: String, x: [Double], y: [Double], band: Band? = nil, emphasis: Emphasis = .usual
  ) -> ChartSeries {
    precondition(x.count == y.count, "expected as many x as y, got \(x.count) and \(y.count)")
    func held(_ values: [Double]) -> [Double] {
      values.dropLast().flatMap { [$0, $0] } + values.suffix(1)
    }
    let places = x.prefix(1) + x.dropFirst().flatMap { [$0, $0] }
    return ChartSeries(
      name, x: Array(places), y: held(y),
      band: band.map { Band(lower: held($0.lower), upper: held($0.upper)) }, emphasis: emphasis)
  }
}

extension LineChart {
  /// Performance profiles: which share of problems each method solves to within a score.
  ///
  /// - Parameters:
  ///   - title: What the chart shows.
  ///   - score: What the thresholds measure, regret for instance; lower is better.
  ///   - profiles: A step curve for each method (``ChartSeries/steps(_:x:y:band:emphasis:)``), shares in [0,
  ///     1].
  /// - Returns: A chart whose vertical axis goes from 0 to 1.
  public static func performanceProfiles(
    title: String, score: ChartAxis, profiles: [ChartSeries]
  ) -> LineChart {
    // The thickness of a line at 0 or 1 stays inside.
    LineChart(
      title: title, horizontal: score, vertical: ChartAxis("Share of problems", range: -0.02...1.02),
      series: profiles)
  }
}
