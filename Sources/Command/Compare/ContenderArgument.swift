import Experiments
import Foundation
import MetaLR
import Schedules
import Training

/// One of the methods that a user lists for a comparison: `METHOD` or `NAME=METHOD`.
struct ContenderArgument {
  private let name: String?
  private let kind: Kind

  fileprivate enum Kind {
    case controller(path: String, isGuarded: Bool)
    case best(name: String, of: [Method])
    case method(Method)
    case rangeTest
  }

  /// Reads what the user wrote.
  ///
  /// - Throws: ``ScheduleError`` with what is possible.
  init(parsing text: String) throws {
    // A schedule's own '=' comes after a colon: 'linear:0.01,warmup=30'.
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let isNamed = parts.count == 2 && !parts[0].isEmpty && !parts[0].contains(":")
    name = isNamed ? String(parts[0]) : nil
    kind = try Kind(parsing: isNamed ? String(parts[1]) : text)
  }

  /// The contender; a checkpoint is read now.
  ///
  /// - Parameter optimizer: What trains the networks, which a controller with an optimizer of its own must be for; nil
  ///   where nobody knows.
  /// - Returns: The contender.
  /// - Throws: What is wrong with the checkpoint.
  func contender(on optimizer: String? = nil) throws -> Contender {
    switch kind {
    case .method(let method): return Contender(method, name: name)
    case .rangeTest: return Contender(name: name ?? "find-rate", suggestedBy: try RateFinder())
    case .best(let usual, let candidates): return Contender(name: name ?? usual, bestOf: candidates)
    case .controller(let path, let isGuarded):
      let checkpoint = try Checkpoint(contentsOf: ShippedCheckpoints.path(of: path))
      if let optimizer, let driven = checkpoint.card.drivenOptimizer, driven != optimizer {
        throw ConfigurationError(
          name: "controller", value: "'\(path)', which drives \(driven)",
          expected: "--optimizer \(driven), or compare it by --suites")
      }
      let file = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
      let controller = checkpoint.controller
      let guarded = GuardedController(controller: controller, guardian: try Guardian(), fallback: nil)
      return Contender(
        isGuarded
          ? .guarded(guarded, name: "guarded \(file)") : .controller(controller, name: "controller \(file)"),
        name: name, priorSteps: checkpoint.card.trainingSteps)
    }
  }
}

extension ContenderArgument {
  /// The same on a suite of problems, where controllers begin at good and bad rates.
  ///
  /// - Throws: `ConfigurationError` for anything but a controller; what is wrong with the checkpoint.
  func suiteContender() throws -> SuiteContender {
    guard case .controller(let path, let isGuarded) = kind else {
      throw ConfigurationError(
        name: "method of a suite", value: name ?? "no controller",
        expected: "controller:FILE or guarded:FILE; what needs no search is compared with anyway")
    }
    let checkpoint = try Checkpoint(contentsOf: ShippedCheckpoints.path(of: path))
    let bounds = checkpoint.controller.action
    let guardian = try Guardian(
      configuration:
        .init(minimumLearningRate: bounds.minimum, maximumLearningRate: bounds.maximum))
    return .controller(
      checkpoint.controller, name: name ?? "\(isGuarded ? "guarded " : "")\(path)",
      optimizer: checkpoint.card.drivenOptimizer, guardian: isGuarded ? guardian : nil,
      initialRates: SuiteInitialRates.good + SuiteInitialRates.bad)
  }
}

extension ContenderArgument.Kind {
  init(parsing text: String) throws {
    if text == "controller:" || text == "guarded:" {
      throw ScheduleError("'\(text)' needs a file or a name behind it: '\(text)cifar'.")
    } else if let path = text.removing(prefix: "controller:") {
      self = .controller(path: path, isGuarded: false)
    } else if let path = text.removing(prefix: "guarded:") {
      self = .controller(path: path, isGuarded: true)
    } else if let list = text.removing(prefix: "best:") {
      let candidates = try list.split(separator: "|").map { try Method(parsing: String($0)) }
      if let relative = candidates.first(where: { $0.ownInitialRate == nil }) {
        throw ScheduleError(
          "'\(relative.name)' in 'best:' has no rate of its own. Write '\(relative.name):0.01', for instance."
        )
      }
      guard !candidates.isEmpty else {
        throw ScheduleError("'best:' needs schedules to choose from: 'best:cosine:0.003|cosine:0.01'.")
      }
      self = .best(name: "best of \(candidates.count)", of: candidates)
    } else if text == "find-rate" {
      self = .rangeTest
    } else if text == "step-grid" {
      self = .best(name: text, of: ScheduleSpecification.stepGrid.map(Method.schedule))
    } else {
      self = .method(try Method(parsing: text))
    }
  }
}

extension String {
  /// What follows a prefix; nil for a text without it.
  fileprivate func removing(prefix: String) -> String? {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
  }
}
