import Experiments
import Foundation
import MetaLR
import Reports

/// Range tests as people and programs read them.
struct RateReport {
  /// The tests of one trainee.
  struct Survey {
    let trainee: ProblemDescription
    let survey: RateSurvey

    /// "batch 1000", to tell surveys apart.
    var name: String { trainee.batchSize > 0 ? "batch \(trainee.batchSize)" : trainee.summary }
  }

  let surveys: [Survey]
  let validation: Bool

  init(_ surveys: [Survey], validation: Bool) {
    (self.surveys, self.validation) = (surveys, validation)
  }

  /// The suggestions.
  var text: String {
    surveys.map { Self.text($0) }.joined(separator: "\n")
  }

  private static func text(_ named: Survey) -> String {
    let survey = named.survey
    let heading =
      "\(named.trainee.summary)\(named.trainee.optimizer.isEmpty ? "" : ", \(named.trainee.optimizer)"), \(named.name)"
    guard survey.curves.count > 1 else {
      return "\(heading):\n\(survey.suggestions[0].text)\n\(survey.curves[0].ending)"
    }
    var lines = "\(heading), \(survey.curves.count) initialisations (median, 10% and 90% quantiles):\n"
    guard let smallest = survey.smallest, let largest = survey.largest else {
      return lines + survey.suggestions[0].text + "\n"
    }
    lines += "smallest sensible rate  \(smallest.text)\nlargest sensible rate   \(largest.text)\n"
    let without = survey.suggestions.count { if case .none = $0 { true } else { false } }
    if without > 0 { lines += "\(without) of the runs suggest nothing.\n" }
    let first = survey.rows.first { $0.diverged >= 0.5 }
    return lines + (first.map { "Half of the runs have diverged at \($0.rate.short).\n" } ?? "")
  }

  struct JSON: Encodable {
    let surveys: [Entry]

    struct Entry: Encodable {
      let trainee: ProblemDescription
      let suggestions: [Suggestion]
      let smallest: RateSurvey.Quantiles?
      let largest: RateSurvey.Quantiles?
      let rows: [RateSurvey.Row]
    }

    struct Suggestion: Encodable {
      let seed: UInt64
      let smallest: Double?
      let largest: Double?
      let reason: String?
      let divergedAt: Double?
    }
  }

  var json: JSON {
    JSON(
      surveys: surveys.map { named in
        JSON.Entry(
          trainee: named.trainee,
          suggestions: zip(named.survey.curves, named.survey.suggestions).map { curve, suggestion in
            switch suggestion {
            case .range(let smallest, let largest):
              JSON.Suggestion(
                seed: curve.seed, smallest: smallest, largest: largest, reason: nil,
                divergedAt: curve.divergedAt)
            case .none(let reason):
              JSON.Suggestion(
                seed: curve.seed, smallest: nil, largest: nil, reason: reason, divergedAt: curve.divergedAt)
            }
          },
          smallest: named.survey.smallest, largest: named.survey.largest, rows: named.survey.rows)
      })
  }
}

extension RateSuggestion {
  /// The suggestion in words.
  fileprivate var text: String {
    switch self {
    case .range(let smallest, let largest):
      "smallest sensible rate  \(smallest.short)\nlargest sensible rate   \(largest.short)"
    case .none(let reason): "No rate can be suggested: \(reason)"
    }
  }
}

extension RateCurve {
  fileprivate var ending: String {
    switch stop {
    case .notFinite(let rate): "The loss was no longer finite at \(rate.short).\n"
    case .exploded(let rate): "The loss exploded at \(rate.short).\n"
    case nil: ""
    }
  }
}

extension RateSurvey.Quantiles {
  fileprivate var text: String { "\(median.short)  (\(low.short) to \(high.short))" }
}
