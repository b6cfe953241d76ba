/// What the runs of one method came to.
public struct RunsSummary: Encodable, Sendable {
  /// The method.
  public let method: String
  /// The rate that the runs began with.
  public let initialLearningRate: Double
  /// The seeds, in the order of the runs.
  public let seeds: [UInt64]
  /// How many runs diverged.
  public let diverged: Int
  /// Loss on the test split at the lowest validation loss.
  public var testLoss: MeasureSummary
  /// Accuracy on the test split at the lowest validation loss, in [0, 1].
  public var testAccuracy: MeasureSummary
  /// The lowest validation loss.
  public var bestValidationLoss: MeasureSummary
  /// The last validation loss.
  public var finalValidationLoss: MeasureSummary

  private init(_ runs: MethodRuns, reference: MethodRuns?) {
    method = runs.method
    initialLearningRate = runs.initialLearningRate
    seeds = runs.runs.map(\.seed)
    diverged = runs.runs.count { $0.hasDiverged }
    testLoss = MeasureSummary(runs.testLosses, reference: reference?.testLosses)
    testAccuracy = MeasureSummary(runs.testAccuracies, reference: reference?.testAccuracies)
    bestValidationLoss = MeasureSummary(
      runs.bestValidationLosses, reference: reference?.bestValidationLosses)
    finalValidationLoss = MeasureSummary(
      runs.finalValidationLosses, reference: reference?.finalValidationLosses)
  }

  /// Summarises runs on the same seeds, tests each against the first, and corrects the p-values of each measure and
  /// test for the number of methods (Holm, 1979).
  public static func summaries(of runs: [MethodRuns]) -> [RunsSummary] {
    var summaries = runs.enumerated().map { index, method in
      RunsSummary(method, reference: index == 0 ? nil : runs[0])
    }
    let measures: [WritableKeyPath<RunsSummary, MeasureSummary>] = [
      \.testLoss, \.testAccuracy, \.bestValidationLoss, \.finalValidationLoss,
    ]
    let tests: [WritableKeyPath<MeasureSummary, Double?>] = [\.welch, \.paired]
    for measure in measures {
      for test in tests {
        let path = measure.appending(path: test)
        for (index, value) in holmCorrected(summaries.map { $0[keyPath: path] }).enumerated() {
          summaries[index][keyPath: path] = value
        }
      }
    }
    return summaries
  }
}
