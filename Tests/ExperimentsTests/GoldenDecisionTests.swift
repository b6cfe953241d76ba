import BuiltInTrainees
import Files
import Foundation
import MetaLR
import NeuralNet
import Testing

@testable import Experiments

/// Decisions of the shipped controllers for any training, which the Python package must make too.
///
/// The format is described in Clients/python/tests/golden/README.md. With METALR_WRITE_GOLDEN=1 the files are written anew.
@Suite("Golden decisions")
struct GoldenDecisionTests {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  struct Header: Codable {
    var format = "metalr golden decisions"
    var formatVersion = 1
    var controller: String
    var sha256: String
  }

  struct Line: Codable {
    struct Run: Codable {
      var stepBudget: Int
      var hidden: [FeatureGroup]
    }
    var run: Run?
    var first: Observation?
    var look: Observation?
    var observation: Observation?
    var nextLearningRate: Double?
  }

  @Test("Shipped controllers decide as written", arguments: ["universal", "universal-sf"])
  func decisions(name: String) throws {
    let controller = try Checkpoint(contentsOf: "\(Self.root)/checkpoints/\(name).ckpt").controller
    let path = "\(Self.root)/Clients/python/tests/golden/\(name).jsonl"
    if ProcessInfo.processInfo.environment["METALR_WRITE_GOLDEN"] == "1" {
      try write(controller, name, to: path)
    }
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst()
    var session = controller.session()
    var looks: [(Observation, Double)] = []
    var first: Observation?
    var compared = 0
    for text in lines {
      let line = try JSONDecoder().decode(Line.self, from: Data(text.utf8))
      if let run = line.run {
        session = controller.session(hiding: Set(run.hidden))
        (looks, first) = ([], nil)
      }
      first = line.first ?? first
      if let look = line.look, let rate = line.nextLearningRate {
        looks.append((look, rate))
        guard looks.count == controller.action.looks, let first else { continue }
        var index = 0
        let decided = try session.firstLearningRate(after: first) { rate in
          defer { index += 1 }
          // Each look is at the rate decided before.
          #expect(abs(rate / (index == 0 ? first.learningRate : looks[index - 1].1) - 1) < 1e-4)
          var look = looks[index].0
          look.learningRate = rate
          return look
        }
        #expect(abs(decided / rate - 1) < 1e-4)
        compared += 1
      } else if let observation = line.observation, let rate = line.nextLearningRate {
        let decided = session.nextLearningRate(after: observation)
        #expect(abs(decided / rate - 1) < 1e-4, "step \(observation.step)")
        compared += 1
      }
    }
    #expect(compared > 100)
  }

  private func write(_ controller: Controller, _ name: String, to path: String) throws {
    let sum = Process()
    let output = Pipe()
    sum.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    sum.arguments = ["sha256sum", "\(Self.root)/checkpoints/\(name).ckpt"]
    sum.standardOutput = output
    try sum.run()
    let hash = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self).prefix(64)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    var text =
      String(
        decoding: try encoder.encode(Header(controller: name, sha256: String(hash))), as: UTF8.self) + "\n"
    let groups: [[FeatureGroup]] = [
      [], [.gradients], [.validation, .predictions], [.budget],
      [.validation, .predictions, .gradients, .budget, .sizes],
    ]
    for (index, hidden) in groups.enumerated() {
      let problem = DrawnProblem.sampled(
        seed: 77 + UInt64(index),
        from: DrawnRange(
          budgets: 60...200,
          optimizer: name == "universal-sf" ? .scheduleFreeAdamW(beta: 0.8, beta2: 0.99, power: 1) : nil))
      let trainee = DrawnTrainee(DrawnData(problem))
      var recorder = Recorder(session: controller.session(hiding: Set(hidden)))
      _ = try TrainingRun(
        of: trainee, ratesFrom: &recorder, seed: 5, initialLearningRate: 0.1 * problem.usualLearningRate,
        plan: RunPlan(stepBudget: problem.stepBudget, interval: 1, decisionCount: 50, divergenceBound: 1e30))
      let run = Line(run: Line.Run(stepBudget: problem.stepBudget, hidden: hidden))
      for line in [run] + recorder.lines {
        text += String(decoding: try encoder.encode(line), as: UTF8.self) + "\n"
      }
    }
    try AtomicFile.write(text, to: path)
  }

  /// A session that writes down what it sees and decides.
  private struct Recorder: RateSource {
    var session: ControllerSession
    var lines: [Line] = []

    mutating func firstLearningRate(
      after observation: Observation, look: (Double) throws -> Observation?
    ) throws -> Double {
      lines.append(Line(first: observation))
      var looks: [Observation] = []
      let rate = try session.firstLearningRate(after: observation) { rate in
        let seen = try look(rate)
        if let seen { looks.append(seen) }
        return seen
      }
      for (index, seen) in looks.enumerated() {
        lines.append(
          Line(look: seen, nextLearningRate: index + 1 < looks.count ? looks[index + 1].learningRate : rate))
      }
      return rate
    }

    mutating func learningRates(after observation: Observation, steps: Int) -> [Double] {
      let rates = session.learningRates(after: observation, steps: steps)
      lines.append(Line(observation: observation, nextLearningRate: rates[0]))
      return rates
    }
  }
}
