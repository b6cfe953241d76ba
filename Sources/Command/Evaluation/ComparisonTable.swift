import Experiments
import Foundation
import MetaLR
import Reports

/// Methods against the first of them, for each initial rate.
struct ComparisonTable: Encodable {
  /// One method from one initial rate.
  struct Row: Encodable {
    let initialLearningRate: Double
    let method: String
    let seeds: [UInt64]
    let diverged: Int
    let finalValidationLoss: Measure
    let bestValidationLoss: Measure
    let testLoss: Measure
    let testAccuracy: Measure
  }

  /// A quantity over the seeds, and how surely it differs from the first method's.
  struct Measure: Encodable {
    let mean: Double
    let standardDeviation: Double
    /// Welch's two-sided p-value; nil for the first method, and for fewer than two seeds.
    let pValue: Double?

    init(_ values: [Double], reference: [Double]?) {
      let sample = Sample(values)
      mean = sample?.mean ?? .infinity
      standardDeviation = sample?.standardDeviation ?? .nan
      pValue = sample.flatMap { sample in
        reference.flatMap(Sample.init).flatMap { TTest.welch(sample, $0)?.pValue }
      }
    }
  }

  let rows: [Row]

  /// Compares the methods of each initial rate with the one that comes first.
  init(_ results: [MethodRuns]) {
    rows = results.map { result in
      let first = results.first { $0.initialLearningRate == result.initialLearningRate }
      let reference = first?.method == result.method ? nil : first
      return Row(
        initialLearningRate: result.initialLearningRate, method: result.method,
        seeds: result.runs.map(\.seed), diverged: result.runs.count { $0.hasDiverged },
        finalValidationLoss: Measure(
          result.finalValidationLosses, reference: reference?.finalValidationLosses),
        bestValidationLoss: Measure(result.bestValidationLosses, reference: reference?.bestValidationLosses),
        testLoss: Measure(result.testLosses, reference: reference?.testLosses),
        testAccuracy: Measure(result.testAccuracies, reference: reference?.testAccuracies))
    }
  }

  /// The table for a terminal, with what its numbers mean.
  var text: String {
    var table = TextTable(columns: [
      .init("initial rate", .left), .init("method", .left), .init("final val. loss"), .init("p"),
      .init("best val. loss"), .init("p"), .init("test loss"), .init("p"), .init("test accuracy"), .init("p"),
    ])
    for (index, row) in rows.enumerated() {
      let begins = index == 0 || rows[index - 1].initialLearningRate != row.initialLearningRate
      if begins, index > 0 { table.addGap() }
      let name = row.diverged == 0 ? row.method : "\(row.method) (\(row.diverged) diverged)"
      let measures = [row.finalValidationLoss, row.bestValidationLoss, row.testLoss, row.testAccuracy]
      table.addRow(
        [begins ? "\(row.initialLearningRate)" : "", name] + measures.flatMap { [$0.text, $0.pText] })
    }
    let seeds = rows.first?.seeds.count ?? 0
    return table.text
      + "Mean (standard deviation) of \(seeds) seeds; test at the best validation loss; p: Welch's test against "
      + "\(rows.first?.method ?? "the first").\n"
  }
}

extension ComparisonTable.Measure {
  fileprivate var text: String { "\(mean.fixed(4)) (\(standardDeviation.fixed(4)))" }

  fileprivate var pText: String {
    guard let pValue else { return "" }
    return pValue < 0.0001 ? "<0.0001" : pValue.fixed(4)
  }
}
