/// A test of whether two means differ.
public struct TTest: Sendable, Equatable {
  /// The difference of the means in standard errors.
  public let t: Double
  /// Degrees of freedom of the t distribution.
  public let degreesOfFreedom: Double
  /// The probability of a difference at least as large, on either side, when the means are the same.
  public let pValue: Double

  /// Two independent samples, whose variances may differ (Welch, 1947).
  ///
  /// `t = (m1 - m2) / sqrt(v1 / n1 + v2 / n2)`, degrees of freedom by Satterthwaite's formula.
  ///
  /// - Returns: Nothing when a sample has fewer than two values. Two samples without any spread differ with
  ///   certainty (p = 0) or not at all (p = 1).
  public static func welch(_ first: Sample, _ second: Sample) -> TTest? {
    guard first.count > 1, second.count > 1 else { return nil }
    let (a, b) = (first.variance / Double(first.count), second.variance / Double(second.count))
    let difference = first.mean - second.mean
    guard a + b > 0 else { return withoutSpread(difference, Double(first.count + second.count - 2)) }
    let degrees =
      (a + b) * (a + b) / (a * a / Double(first.count - 1) + b * b / Double(second.count - 1))
    return TTest(t: difference / (a + b).squareRoot(), degreesOfFreedom: degrees)
  }

  /// Two measurements of each seed: a one-sample test of their differences.
  ///
  /// - Returns: Nothing when the samples differ in length or have fewer than two values.
  public static func paired(_ first: Sample, _ second: Sample) -> TTest? {
    guard first.count == second.count, first.count > 1,
      let differences = Sample(zip(first.values, second.values).map { $0 - $1 })
    else { return nil }
    let error = (differences.variance / Double(differences.count)).squareRoot()
    guard error > 0 else { return withoutSpread(differences.mean, Double(differences.count - 1)) }
    return TTest(t: differences.mean / error, degreesOfFreedom: Double(differences.count - 1))
  }

  private static func withoutSpread(_ difference: Double, _ degrees: Double) -> TTest {
    TTest(
      t: difference == 0 ? 0 : difference > 0 ? .infinity : -.infinity, degreesOfFreedom: degrees)
  }

  private init(t: Double, degreesOfFreedom: Double) {
    self.t = t
    self.degreesOfFreedom = degreesOfFreedom
    pValue = StudentT.twoSidedProbability(of: t, degreesOfFreedom: degreesOfFreedom)
  }
}
