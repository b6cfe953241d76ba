import Foundation
import MetaLR
import Schedules

/// A schedule that takes over where a controller is not to be trusted, by the name that is stored with a run.
public enum ServiceFallback: String, CaseIterable, Sendable {
  /// Holds the rate.
  case constant
  /// Falls to 0 at the last step.
  case cosine

  /// The schedule.
  var schedule: FallbackSchedule {
    switch self {
    case .constant: .constant
    case .cosine:
      FallbackSchedule(name: rawValue) { step, stepBudget in
        (try? CosineSchedule(initialLearningRate: 1, totalSteps: stepBudget))?.learningRate(at: step) ?? 1
      }
    }
  }
}

/// What holds for a run beside its controller: what else decides, and whether controllers may learn from it.
///
/// It is stored with the run, so that a service that is started with other options repeats the same answers and
/// goes on as the run began.
struct RunRules: Sendable, Equatable {
  let guardian: Guardian
  let fallback: ServiceFallback?
  /// Whether a training of controllers may read the run, see ``ServedRuns``.
  var learns = false

  /// The rules of this build: a build of another version may decide otherwise for the same run.
  static let decisionVersion = Guardian.rulesVersion

  private enum Name {
    static let guardian = "guardian"
    static let fallback = "fallback"
    static let learns = "learn"
  }

  /// The same, where it was said whether controllers may learn from the run.
  func learning(_ learns: Bool?) -> RunRules {
    var rules = self
    rules.learns = learns ?? self.learns
    return rules
  }

  /// Puts a controller under these rules.
  func guarding(_ controller: Controller) -> GuardedController {
    GuardedController(controller: controller, guardian: guardian, fallback: fallback?.schedule)
  }

  /// The rules as JSON; equal rules are equal text.
  var stored: String {
    var object: [String: Any] = [Name.guardian: Self.thresholds(guardian.configuration)]
    object[Name.fallback] = fallback?.rawValue
    if learns { object[Name.learns] = true }
    let data = try? JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
    return data.map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }

  private static func thresholds(_ configuration: Guardian.Configuration) -> [String: Any] {
    let data = try? JSONEncoder().encode(configuration)
    return data.flatMap { try? JSONSerialization.jsonObject(with: $0) as? [String: Any] } ?? [:]
  }
}

extension RunRules {
  /// Reads what ``stored`` wrote; nil for anything else.
  ///
  /// A threshold that is not there was added after the run began, and has its default.
  init?(stored: String) {
    guard let object = try? JSONSerialization.jsonObject(with: Data(stored.utf8)) as? [String: Any],
      let known = object[Name.guardian] as? [String: Any],
      let data = try? JSONSerialization.data(
        withJSONObject: Self.thresholds(Guardian.Configuration()).merging(known) { $1 }),
      let configuration = try? JSONDecoder().decode(Guardian.Configuration.self, from: data),
      let guardian = try? Guardian(configuration: configuration)
    else { return nil }
    self.guardian = guardian
    learns = object[Name.learns] as? Bool ?? false
    guard let name = object[Name.fallback] as? String else {
      fallback = nil
      return
    }
    guard let fallback = ServiceFallback(rawValue: name) else { return nil }
    self.fallback = fallback
  }
}
