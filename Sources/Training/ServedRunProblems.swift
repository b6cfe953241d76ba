import BuiltInTrainees
import Experiments
import Files
import Foundation
import MetaLR
import Randomness

/// Sampled problems, each like one of the runs of a service.
///
/// A run is chosen at random, and a problem sampled that is like it: length, decisions, batch, size, optimizer, examples,
/// average, whether it is a regression. Its episodes begin near the run's initial rate, and the controller is told no
/// measure that the run never reported. So what goes together in the runs goes together in the problems.
public struct ServedRunProblems: ProblemDistribution {
  /// The runs.
  public let runs: [ServedRun]
  /// The optimizer of all problems; nil for that of each run.
  public let optimizer: Optimizer.Configuration?
  /// What bounds the problems.
  public let usual: DrawnRange

  /// A distribution like `runs`.
  ///
  /// - Precondition: There is a run.
  public init(runs: [ServedRun], optimizer: Optimizer.Configuration? = nil, usual: DrawnRange = .universal) {
    precondition(!runs.isEmpty, "Problems like served runs need a run")
    self.runs = runs
    self.optimizer = optimizer
    self.usual = usual
  }

  /// How many runs, and a checksum of them: a training is resumed with the same ones only.
  public var description: DistributionDescription {
    DistributionDescription(
      name: "like served runs", settings: [.init("like served runs", "\(runs.count), checksum \(checksum)")])
  }

  private var checksum: String {
    var checksum = Checksum()
    checksum.add((try? ServedRun.encoded(runs)) ?? Data())
    return checksum.text
  }

  /// 1: every problem is a new one.
  public var cycle: Int { 1 }

  /// A problem sampled for its number.
  public func problem(_ index: Int, seed: UInt64) -> Problem {
    var generator = SeededGenerator(seed: seed, stream: 1 << 59 | UInt64(index))
    let run = runs[generator.nextIndex(below: runs.count)]
    let range = DrawnRange(like: run, within: usual, optimizer: optimizer)
    if range.images > 0, generator.nextUniform() < range.images {
      return conditioned(.drawn(DrawnImageProblem.sampled(seed: generator.next(), from: range)), like: run)
    }
    return sampled(like: run, from: range) { _ in generator.next() }
  }

  /// Problems that no controller was trained on, each like the next run.
  ///
  /// Their seeds are whole numbers beside those of suites, where training samples from all 64-bit ones.
  public func heldOut(count: Int) -> [Problem] {
    (0..<count).map { number in
      let run = runs[number % runs.count]
      let first = Self.firstHeldOut + UInt64(number * Self.tries)
      return sampled(like: run, from: DrawnRange(like: run, within: usual, optimizer: optimizer)) {
        first + UInt64($0)
      }
    }
  }

  private static let firstHeldOut = ProblemSuite.numberOfProblems * UInt64(ProblemSuite.Drawn.allCases.count)
  /// Two in nine problems are regressions before the cap; so many samples miss them once in ten million times.
  private static let tries = 64

  private func sampled(
    like run: ServedRun, from range: DrawnRange, seed: (_ attempt: Int) -> UInt64
  ) -> Problem {
    var problem = DrawnProblem.sampled(seed: seed(0), from: range)
    for attempt in 1..<Self.tries {
      guard let isRegression = run.isRegression, problem.family.isRegression != isRegression else { break }
      problem = DrawnProblem.sampled(seed: seed(attempt), from: range)
    }
    return conditioned(.drawn(problem), like: run)
  }

  /// Fewer decisions leave nothing to decide, more cost more to learn from than they tell.
  private static let decisions = 2...200
  /// Half the width of where episodes begin, in decades.
  private static let spread = 0.25
  /// Where controllers for any training begin, in decades around the usual rate.
  private static let decades = -3.25...1.75

  private func conditioned(_ problem: Problem, like run: ServedRun) -> Problem {
    var problem = problem
    let decisions = min(max(run.decisions, Self.decisions.lowerBound), Self.decisions.upperBound)
    problem.plan.decisionCount = decisions
    problem.description.plan = problem.plan
    // A rate means something beside the optimizer's usual one, the run's own or that of the optimizer that it told.
    let usual = run[.usualLearningRate] ?? run.optimizer?.usualLearningRate
    let place = usual.flatMap { usual -> Double? in
      let place = log10(run.initialLearningRate / usual)
      return place.isFinite ? place : nil
    }
    problem.conditions = RunConditions(
      initialRateDecades: place.map { place in
        let ends = [place - Self.spread, place + Self.spread].map {
          min(max($0, Self.decades.lowerBound), Self.decades.upperBound)
        }
        return ends[0]...ends[1]
      },
      absent: Set(run.absent), looks: run.looks)
    return problem
  }
}

extension ServedRun {
  /// Runs as JSON; equal runs are equal bytes.
  public static func encoded(_ runs: [ServedRun]) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return try encoder.encode(runs)
  }

  /// Reads what ``encoded(_:)`` gave.
  ///
  /// - Throws: `FileError` where the file is not there, or holds no runs.
  public static func read(_ path: String) throws(FileError) -> [ServedRun] {
    let data = try readFile(path)
    guard let runs = try? JSONDecoder().decode([ServedRun].self, from: data), !runs.isEmpty else {
      throw FileError(
        path: path, problem: "holds no served runs", remedy: "Begin the training again by --restart.")
    }
    return runs
  }
}
