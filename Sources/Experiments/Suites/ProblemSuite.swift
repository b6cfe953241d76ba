import BuiltInTrainees
import MetaLR

/// Problems on which methods are compared, none of which a controller was trained on.
public struct ProblemSuite: Sendable {
  /// What tables call it.
  public let name: String
  /// The problems.
  public let problems: [Problem]

  /// A suite of given problems.
  public init(name: String, problems: [Problem]) {
    self.name = name
    self.problems = problems
  }

  /// Drawn problems beside those that controllers are trained on.
  public enum Drawn: String, CaseIterable, Sendable {
    /// New problems of the families that controllers are trained on.
    case trained
    /// Problems of families that controllers are not trained on.
    case heldOut = "held-out"
    /// Runs of 50 steps.
    case short
    /// Runs of 2,000 steps.
    case long
    /// Layers of 256 units.
    case wide

    /// How many problems it has where nobody says.
    public var usualCount: Int {
      switch self {
      case .trained: 200
      case .heldOut: 120
      case .short: 60
      case .long, .wide: 48
      }
    }

    var range: DrawnRange {
      switch self {
      case .trained: DrawnRange()
      case .heldOut: DrawnRange(families: .heldOut)
      case .short: DrawnRange(budgets: 50...50)
      case .long: DrawnRange(budgets: 2000...2000, operations: 500e6)
      case .wide: DrawnRange(widths: [256], operations: 800e6)
      }
    }
  }

  /// How many problems a drawn suite has in all: the seeds of the next one begin there.
  public static let numberOfProblems: UInt64 = 1_000_000

  /// Problems of a drawn suite: the seeds are small whole numbers, where training samples from all 64-bit ones.
  ///
  /// - Parameters:
  ///   - kind: The suite.
  ///   - count: How many problems; the usual number by default.
  ///   - first: The number of the first; 0 by default.
  /// - Returns: The suite.
  public static func drawn(_ kind: Drawn, count: Int? = nil, first: UInt64 = 0) -> ProblemSuite {
    let start = numberOfProblems * UInt64(Drawn.allCases.firstIndex(of: kind) ?? 0) + first
    return ProblemSuite(
      name: kind.rawValue,
      problems: (0..<UInt64(count ?? kind.usualCount)).map {
        .drawn(DrawnProblem.sampled(seed: start &+ $0, from: kind.range))
      })
  }
}
