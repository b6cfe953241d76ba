import Testing

@testable import MetaLR

@Suite("Exploration of a group")
struct ExplorationTests {
  /// The first numbers that an episode's decisions are drawn from.
  private static func draws(_ start: EpisodeStart, decisions: Int) -> [Double] {
    var exploration = start.exploration
    return (0..<decisions).map { decision in
      exploration.begin(decision: decision)
      return exploration.generator.nextNormal()
    }
  }

  private static func starts(branching: Double, groups: Int = 100) throws -> [EpisodeStart] {
    var configuration = ControllerTrainingTests.configuration()
    configuration.groupSize = 4
    configuration.branching = branching
    return try EpisodeStart.starts(
      0..<4 * groups, of: configuration, problems: ControllerTrainingTests.problems())
  }

  @Test("Episodes of a group that branches draw alike up to a decision, and each by itself from there on")
  func branching() throws {
    let decisions = ControllerTrainingTests.plan.decisions
    let draws = try Self.starts(branching: 1).map { Self.draws($0, decisions: decisions) }
    let shared = stride(from: 0, to: draws.count, by: 4).map { first in
      let group = draws[first..<first + 4]
      let numbers = (0..<decisions).map { decision in Set(group.map { $0[decision] }).count }
      let shared = numbers.prefix { $0 == 1 }.count
      #expect(Set(numbers.dropFirst(shared)) == [4])
      return shared
    }
    // Uniform over the decisions, so that one at least is never shared.
    #expect(Set(shared) == Set(0..<decisions))
  }

  @Test("Without branches every episode draws by itself, and a chance between decides group by group")
  func share() throws {
    let decisions = ControllerTrainingTests.plan.decisions
    func alone(_ branching: Double) throws -> Int {
      let draws = try Self.starts(branching: branching).map { Self.draws($0, decisions: decisions) }
      return stride(from: 0, to: draws.count, by: 4).count { draws[$0][0] != draws[$0 + 1][0] }
    }
    #expect(try alone(0) == 100)
    // Half of the groups do not branch, and a twelfth of the others branch at the first decision.
    let half = try alone(0.5)
    #expect(half > 40 && half < 70, "\(half)")
  }
}
