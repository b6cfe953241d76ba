import GRDB
import Logging
import MetaLR
import Testing

@testable import Service

@Suite("The rules of a run are its own")
struct RunRulesTests {
  let folder: String

  init() throws { folder = try Sample.folder() }

  func open(_ store: RunStore) async throws -> Run {
    let library = ControllerLibrary(folder: folder + "/checkpoints")
    return try await store.open(
      RunRequest(controller: "sample", initialLearningRate: 0.01, totalSteps: 1000), owner: "o",
      requestKey: nil, controller: library.controller("sample"), limit: 100
    ).run
  }

  /// Answers to a run whose loss is twice its neighbours' at every fifth observation.
  func answers(_ store: RunStore, _ run: Run, _ steps: some Sequence<Int>) async throws -> [GuardedDecision] {
    var answers: [GuardedDecision] = []
    for step in steps {
      let observation = Sample.observation(step, noise: step % 50 == 40 ? 2 : 0)
      answers.append(try await store.answer(observation, run: run.id, of: .owner("o"), limit: 100).answer)
    }
    return answers
  }

  @Test("A service with other guardian options repeats a run's answers, and goes on as the run began")
  func otherOptions() async throws {
    let steps = stride(from: 0, through: 500, by: 10)
    let first = try Sample.store(folder, fallback: .cosine)
    let run = try await open(first)
    let half = try await answers(first, run, steps.prefix(26))
    let twin = try await open(first)
    let whole = try await answers(first, twin, steps)
    #expect(Array(whole.prefix(26)) == half)
    first.close()
    let other = Guardian.Configuration(maximumChange: 1.01, spikeRatio: 1.5)
    let again = try Sample.store(folder, guardian: other)
    defer { again.close() }
    #expect(try await answers(again, run, steps.suffix(25)) == whole.suffix(25))
    _ = try await again.rewind(run.id, to: 0, of: .owner("o"), limit: 9)
    #expect(try await answers(again, run, steps) == whole)
    let new = try await open(again)
    #expect(try await answers(again, new, steps.prefix(26)) != half, "the options are those of new runs")
  }

  @Test("Runs of a database without rules get those of its first start, and keep them")
  func adopted() async throws {
    let path = folder + "/runs.sqlite"
    var store = try Sample.store(folder)
    let run = try await open(store)
    store.close()
    try await DatabaseQueue(path: path).write {
      try $0.execute(sql: "UPDATE runs SET rules = NULL; DELETE FROM rules")
    }
    let first = Guardian.Configuration(spikeRatio: 4)
    store = try Sample.store(folder, guardian: first, fallback: .constant)
    #expect(try await store.run(run.id, of: .owner("o")).rules.guardian.configuration == first)
    store.close()
    store = try Sample.store(folder)
    #expect(try await store.run(run.id, of: .owner("o")).rules.guardian.configuration == first)
    #expect(try await store.run(run.id, of: .owner("o")).rules.fallback == .constant)
    store.close()
  }

  @Test("Rules are stored exactly, and a threshold that was added later has its default")
  func stored() throws {
    let thresholds = Guardian.Configuration(
      minimumLearningRate: 1e-300, maximumLearningRate: 0.1 + 0.2, spikeRatio: 1.0000000000000002)
    for fallback in ServiceFallback.allCases + [nil] {
      let rules = RunRules(guardian: try Guardian(configuration: thresholds), fallback: fallback)
      #expect(RunRules(stored: rules.stored) == rules)
    }
    let older = try #require(RunRules(stored: #"{"guardian": {"spikeRatio": 7}}"#))
    #expect(older.guardian.configuration == Guardian.Configuration(spikeRatio: 7))
    for text in ["", "[]", #"{"guardian": {}, "fallback": "x"}"#, #"{"guardian": {"spikeRatio": 0}}"#] {
      #expect(RunRules(stored: text) == nil, "\(text)")
    }
  }

  @Test("A start says how many open runs were begun under other rules")
  func otherVersion() async throws {
    let store = try Sample.store(folder)
    _ = try await open(store)
    let run = try await open(store)
    store.close()
    try await DatabaseQueue(path: folder + "/runs.sqlite").write {
      try $0.execute(sql: "UPDATE runs SET decisionVersion = 1 WHERE id = ?", arguments: [run.id])
    }
    let lines = Lines()
    let again = try RunStore(
      path: folder + "/runs.sqlite", metrics: StoreMetrics(PrometheusRegistry()),
      logger: Logger(label: "t") { label in
        LineLogHandler(label: label, format: .text, level: .info) { lines.append($0) }
      }, rules: RunRules(guardian: Guardian(), fallback: nil), afterCommit: { _ in })
    #expect(lines.all.filter { $0.contains("warning") && $0.contains("runs=\"1\"") }.count == 1)
    #expect(try await again.run(run.id, of: .owner("o")).decisionVersion == 1)
    again.close()
  }
}
