import Experiments
import MetaLR
import Randomness
import Reports

/// What tables of a suite do not show: how regrets are distributed, where methods are good, which rates were learned.
struct SuitePictures {
  let results: SuiteResults
  /// Names of the controllers that were given.
  let methods: [String]

  /// Lines that a reader can tell apart: the controllers, then the rivals of the lowest mean regret.
  private static let shownRivals = 5
  /// Panels of learned rates.
  private static let shownProblems = 40

  private var shown: [SuiteResults.Row] {
    let rivals = results.rows.filter { !methods.contains($0.name) }.sorted { mean($0) < mean($1) }
    return results.rows.filter { methods.contains($0.name) } + rivals.prefix(Self.shownRivals)
  }

  private func mean(_ row: SuiteResults.Row) -> Double {
    row.goodRegrets.reduce(0, +) / Double(max(results.problems.count, 1))
  }

  /// Writes each picture by itself.
  ///
  /// - Returns: The paths.
  func write(to folder: String) throws -> [String] {
    let figures =
      [("profiles", profiles), ("initial-rates", initialRates)] + (rates.map { [("rates", $0)] } ?? [])
    let paths = figures.map { "\(folder)/\(results.suite)-\($0.0).svg" }
    for (path, figure) in zip(paths, figures) { try figure.1.write(to: path) }
    let map = "\(folder)/\(results.suite)-kinds.svg"
    try kinds.write(to: map)
    return paths + [map]
  }

  /// Which share of problems each method solves to within a regret.
  var profiles: ChartFigure {
    let scores = shown.compactMap { row in
      ProblemScores(row.goodRegrets.map { 100 * $0 }).map { (name: row.name, scores: $0) }
    }
    let thresholds = PerformanceProfile.thresholds(of: scores.map(\.scores)).filter {
      (-50...100).contains($0)
    }
    var generator = SeededGenerator(seed: 0)
    let bootstrap = StratifiedBootstrap(repetitions: 500)
    let profiles = scores.map { method in
      let profile = PerformanceProfile(
        of: method.scores, thresholds: thresholds, bootstrap: bootstrap, using: &generator)
      return ChartSeries.steps(
        method.name, x: profile.thresholds, y: profile.shares,
        band: methods.contains(method.name)
          ? .init(lower: profile.intervals.map(\.lowerBound), upper: profile.intervals.map(\.upperBound))
          : nil,
        emphasis: methods.contains(method.name) ? .strong : .usual)
    }
    return ChartFigure(
      title: "Share of problems within a regret", note: "band: 95% interval over problems",
      panels: [
        .performanceProfiles(
          title: results.suite, score: ChartAxis("Regret", unit: "%", range: -50...100), profiles: profiles)
      ])
  }

  /// The interquartile mean of the regret by initial rate.
  var initialRates: ChartFigure {
    let series = results.rows.filter { $0.initialRates.count > 1 }.map { row in
      let rates = row.initialRates.sorted()
      let means = rates.map { rate in
        ProblemScores(row.problemRegrets { $0 == rate }).map { 100 * $0.interquartileMean } ?? .nan
      }
      return ChartSeries(row.name, x: rates, y: means)
    }
    return ChartFigure(
      title: "Regret by initial rate", note: "interquartile mean over problems",
      panels: [
        LineChart(
          title: results.suite,
          horizontal: ChartAxis("Initial rate, in multiples of the usual one", scale: .logarithmic),
          vertical: ChartAxis("Regret", unit: "%"), series: series)
      ])
  }

  /// The mean regret by optimizer, and by kind of data.
  var kinds: HeatMapFigure {
    HeatMapFigure(
      title: "Where which method is good",
      note: "mean regret; numbers beyond ±50% have the colour of the end",
      measure: ChartAxis("Regret", unit: "%", range: -50...50), palette: .diverging,
      maps: [
        map("By optimizer") { String($0.optimizer.prefix { $0 != ":" }) },
        map("By kind of data") { String(Self.data($0).prefix { $0 != " " }) },
      ])
  }

  /// "rings 12" for "drawn rings 12".
  private static func data(_ description: ProblemDescription) -> String {
    description.dataset.replacing("drawn ", with: "")
  }

  private func map(_ title: String, by kind: (ProblemDescription) -> String) -> HeatMap {
    let groups = Dictionary(grouping: results.problems.indices) { kind(results.problems[$0]) }
    let names = groups.keys.sorted()
    return HeatMap(
      title: title, rows: names.map { "\($0) (\(groups[$0, default: []].count))" },
      columnNames: shown.map(\.name),
      cells: names.map { name in
        let members = groups[name, default: []]
        return shown.map { row in
          let regrets = row.goodRegrets
          return .value(100 * members.reduce(0) { $0 + regrets[$1] } / Double(max(members.count, 1)))
        }
      })
  }

  /// The rates that controllers chose on the first problems; nil where nothing recorded them.
  var rates: ChartFigure? {
    let drivers = results.rows.filter { $0.rates.count == results.problems.count }
    guard !drivers.isEmpty else { return nil }
    let panels = results.problems.indices.prefix(Self.shownProblems).map { problem in
      let description = results.problems[problem]
      return LineChart(
        title: "\(Self.data(description)), \(description.optimizer)",
        horizontal: ChartAxis("decision"), vertical: ChartAxis("rate over usual", scale: .logarithmic),
        series: drivers.map { row in
          ChartSeries(row.name, x: row.rates[problem].indices.map { Double($0 + 1) }, y: row.rates[problem])
        })
    }
    return ChartFigure(
      title: "Learned rates", note: "from the usual rate; rate over the usual one against the decision",
      panels: Array(panels), density: .compact)
  }
}
