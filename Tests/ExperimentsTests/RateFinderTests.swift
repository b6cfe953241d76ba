import Foundation
import MetaLR
import Testing

@testable import Experiments

@Suite("Range test")
struct RateFinderTests {
  /// A smooth curve over rates from 1e-6 to 10: level 2, a fall of height 1 that is steepest at `middle`, and from
  /// `edge` on a steep rise.
  static func curve(
    middle: Double = 1e-3, edge: Double = 0.5, noise: Double = 0, shift: Double = 0, count: Int = 141
  ) -> RateCurve {
    var generator = SeededGenerator(seed: 3)
    let points = (0..<count).map { index -> RateCurve.Point in
      let rate = 1e-6 * pow(10, 7 * Double(index) / Double(count - 1))
      let fall = 1 / (1 + exp(-2 * (log(rate) - log(middle))))
      let rise = rate > edge ? 5 * (log(rate) - log(edge)) : 0
      let loss = 2 - fall + rise + noise * generator.nextNormal() + shift
      return RateCurve.Point(rate: rate, loss: loss, smoothLoss: loss, validationLoss: loss)
    }
    return RateCurve(seed: 0, points: points)
  }

  static func decades(from first: Double, to second: Double) -> Double { abs(log10(second / first)) }

  @Test("The steepest fall by the logarithm of the rate, and halfway from there to the lowest loss")
  func known() throws {
    guard case .range(let smallest, let largest) = RateSuggestion(Self.curve()) else {
      Issue.record("no suggestion")
      return
    }
    #expect(Self.decades(from: 1e-3, to: smallest) < 0.051)
    #expect(Self.decades(from: (1e-3 * 0.5).squareRoot(), to: largest) < 0.051)
  }

  @Test("A fall from a spike is none, and points that are not finite are passed over")
  func order() {
    var spiked = Self.curve()
    for (place, loss) in [(90, 6.0), (50, .nan)] {
      spiked.points[place] = RateCurve.Point(
        rate: spiked.points[place].rate, loss: loss, smoothLoss: loss, validationLoss: loss)
    }
    guard case .range(let smallest, _) = RateSuggestion(spiked) else {
      Issue.record("no suggestion")
      return
    }
    #expect(Self.decades(from: 1e-3, to: smallest) < 0.051)
  }

  @Test("A little noise moves the suggestion little; where noise hides the fall there is none")
  func noise() {
    guard case .range(_, let largest) = RateSuggestion(Self.curve(noise: 0.002)) else {
      Issue.record("no suggestion")
      return
    }
    #expect(largest > 0.005 && largest < 0.06)
    let flat = RateCurve(
      seed: 0,
      points: Self.curve(noise: 0.01).points.filter { $0.rate < 1e-5 })
    guard case .none(let reason) = RateSuggestion(flat) else {
      Issue.record("a suggestion from noise")
      return
    }
    #expect(reason.hasPrefix("the loss never falls clearly"))
  }

  @Test("Curves without an answer say why")
  func none() {
    let falling = RateCurve(seed: 0, points: Self.curve().points.filter { $0.rate < 0.1 })
    let short = RateCurve(seed: 0, points: Array(Self.curve().points.prefix(4)))
    let rising = RateCurve(seed: 0, points: Self.curve().points.filter { $0.rate > 0.6 })
    for (curve, beginning) in [
      (falling, "the loss still falls at the highest rate"), (short, "there are only 4 finite losses"),
      (rising, "the loss never falls clearly"), (RateCurve(seed: 0), "there are only 0"),
    ] {
      guard case .none(let reason) = RateSuggestion(curve) else {
        Issue.record("a suggestion where '\(beginning)' was expected")
        continue
      }
      #expect(reason.hasPrefix(beginning), "\(reason)")
    }
  }

  @Test("Smoothing by hand")
  func smoothing() {
    let losses = [4.0, 2, 3]
    let expected: [(LossSmoothing, [Double])] = [
      (.none, losses), (.biased, [2, 2, 2.5]), (.firstValue, [4, 3, 3]),
      (.unbiased, [4, 2 / 0.75, 2.5 / 0.875]),
    ]
    for (kind, values) in expected {
      var smoother = LossSmoother(kind, factor: 0.5)
      #expect(losses.map { smoother.add($0) } == values, "\(kind)")
    }
  }

  @Test("Smoothing from both sides by hand: weights halve with each step away")
  func centred() {
    let smooth = LossSmoother.centred([4, 2, 3], factor: 0.5)
    // (4 + 2 / 2 + 3 / 4) / (1 + 1 / 2 + 1 / 4), and so on.
    let expected: [Double] = [5.75 / 1.75, 5.5 / 2, 5 / 1.75]
    #expect(zip(smooth, expected).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test("Rates grow from the first to the last, by a factor or by an amount")
  func rates() {
    var configuration = RateFinder.Configuration()
    (configuration.lowest, configuration.highest, configuration.steps) = (1e-7, 100, 10)
    for (rate, exponent) in zip(configuration.rates, -7...2) {
      #expect(Self.decades(from: pow(10, Double(exponent)), to: rate) < 1e-12)
    }
    (configuration.growth, configuration.lowest, configuration.highest, configuration.steps) = (
      .linear, 1, 3, 5
    )
    #expect(configuration.rates == [1, 1.5, 2, 2.5, 3])
  }

  @Test("A test stops where the loss explodes, and the same seed gives the same curve")
  func explosion() throws {
    var configuration = RateFinder.Configuration()
    configuration.smoothing = .none
    configuration.highest = 1e4
    let finder = try RateFinder(configuration: configuration)
    let curve = try finder.run(on: QuadraticTrainee(), seed: 1)
    // |1 - rate| > 1 from rate 2 on; the place shrinks to nothing near rate 1 before it grows.
    let end = try #require(curve.divergedAt)
    #expect(end > 2 && curve.points.count < 240)
    #expect(try finder.run(on: QuadraticTrainee(), seed: 1) == curve)
  }

  @Test("Several runs: quantiles, and the share that had diverged at each rate")
  func survey() throws {
    func curve(_ losses: [Double], stop: RateCurve.Stop?) -> RateCurve {
      RateCurve(
        seed: 0,
        points: losses.enumerated().map {
          RateCurve.Point(
            rate: Double($0.offset + 1), loss: $0.element, smoothLoss: $0.element, validationLoss: 1)
        }, stop: stop)
    }
    let survey = RateSurvey(
      [
        curve([1, 2, 3], stop: nil), curve([3, 4], stop: .notFinite(rate: 3)),
        curve([2], stop: .exploded(rate: 1)),
      ], rates: [1, 2, 3])
    let shares: [Double] = [1, 1, 2].map { $0 / 3 }
    #expect(survey.rows.map(\.diverged) == shares)
    #expect(survey.rows.map(\.loss.median) == [2, 4, .infinity])
    #expect(abs(survey.rows[0].loss.low - 1.2) < 1e-12)
    #expect(abs(survey.rows[0].loss.high - 2.8) < 1e-12)
    #expect(survey.smallest == nil)
  }

  @Test("Impossible numbers are refused by name")
  func refused() {
    for (change, name) in [
      ({ $0.lowest = 0 }, "lowest rate"), ({ $0.highest = 1e-8 }, "highest rate"),
      ({ $0.steps = 1 }, "number of steps"),
      ({ $0.smoothingFactor = 1 }, "smoothing factor"), ({ $0.stopFactor = .nan }, "stop factor"),
    ] as [((inout RateFinder.Configuration) -> Void, String)] {
      var configuration = RateFinder.Configuration()
      change(&configuration)
      let error = #expect(throws: ConfigurationError.self) { try RateFinder(configuration: configuration) }
      #expect(error?.name == name)
    }
  }
}
