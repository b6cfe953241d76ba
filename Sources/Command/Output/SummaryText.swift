import Experiments
import Reports

extension MeasureSummary {
  /// "0.2351 (0.0038)"; of a single seed "0.2351".
  var text: String { NumberText.mean(mean, deviation: interval == nil ? nil : standardDeviation) }

  /// "0.2324 to 0.2378".
  var intervalText: String {
    interval.map { $0.map { $0.fixed(4) }.joined(separator: " to ") } ?? ""
  }
}

extension RunsSummary {
  /// " (2 diverged)", or nothing.
  var divergedText: String { diverged == 0 ? "" : " (\(diverged) diverged)" }
}

/// A p-value as people read it; nothing for nil.
func pText(_ pValue: Double?) -> String {
  pValue.map { $0 < 0.0001 ? "<0.0001" : $0.fixed(4) } ?? ""
}
