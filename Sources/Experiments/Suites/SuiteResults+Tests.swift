import Randomness

extension SuiteResults {
  /// One method against another on the same problems, each by its mean regret from good initial rates.
  public struct Test: Codable, Sendable {
    /// The suite.
    public let suite: String
    /// The method that may be better.
    public let method: String
    /// The other.
    public let rival: String
    /// The mean difference of their regrets; negative where `method` is better.
    public let difference: Double
    /// The probability that `method` is better on a problem.
    public let improvement: Double
    /// Its 95% interval.
    public let improvementInterval: ClosedRange<Double>
    /// By Wilcoxon's signed-rank test over problems.
    public let pValue: Double
    /// The same after Holm's correction for the number of tests that were made together.
    public var correctedPValue: Double
  }

  /// Tests `methods` against every other row; the correction is over all of these tests.
  public func tests(of methods: [String]) -> [Test] {
    let pairs = methods.flatMap { method in
      rows.map(\.name).filter { !methods.contains($0) }.map { (method, $0) }
    }
    return Self.corrected(pairs.compactMap { test($0, against: $1) })
  }

  /// The test of one row against another; nil where there is no such row.
  public func test(_ method: String, against rival: String) -> Test? {
    guard let first = goodRegrets(of: method), let second = goodRegrets(of: rival),
      let mine = ProblemScores(first), let others = ProblemScores(second),
      let wilcoxon = WilcoxonTest.paired(first, second)
    else { return nil }
    var generator = SeededGenerator(seed: 0)
    let improvement = ProbabilityOfImprovement(
      of: mine, over: others, bootstrap: StratifiedBootstrap(repetitions: 2000), using: &generator)
    return Test(
      suite: suite, method: method, rival: rival, difference: mine.mean - others.mean,
      improvement: improvement.value, improvementInterval: improvement.interval,
      pValue: wilcoxon.pValue, correctedPValue: wilcoxon.pValue)
  }

  /// Holm's correction over tests that are made together.
  public static func corrected(_ tests: [Test]) -> [Test] {
    zip(tests, holmCorrected(tests.map(\.pValue))).map { test, pValue in
      var test = test
      test.correctedPValue = pValue ?? test.pValue
      return test
    }
  }

  private func goodRegrets(of name: String) -> [Double]? {
    rows.first { $0.name == name }?.goodRegrets
  }
}

extension SuiteResults.Row {
  /// The regret of each problem from good initial rates; from its own rate where it has one.
  public var goodRegrets: [Double] {
    let hasChoice = initialRates.contains { SuiteInitialRates.bad.contains($0) }
    return problemRegrets { !hasChoice || SuiteInitialRates.good.contains($0) }
  }
}
