import Foundation
import Randomness
import Testing

@testable import PPO

@Suite("Actor-critics")
struct ActorCriticTests {
  static let shapes: [NetworkShape] = [.mlp(hidden: 6), .lstm(hidden: 4)]

  private func policy(_ shape: NetworkShape, seed: UInt64 = 3) throws -> ActorCritic {
    var generator = SeededGenerator(seed: seed)
    return try ActorCritic(
      configuration: .init(observationCount: 3, actionCount: 2, actor: shape, critic: shape),
      using: &generator)
  }

  @Test(
    "Initial matrices are orthogonal along their shorter side, times the gain",
    arguments: [(32, 8), (8, 32), (1, 32), (128, 32), (5, 5)])
  func orthogonal(rows: Int, columns: Int) {
    var generator = SeededGenerator(seed: 1)
    let matrix = orthogonalMatrix(rows: rows, columns: columns, gain: 1.5, using: &generator)
    let vectors =
      rows <= columns
      ? (0..<rows).map { row in (0..<columns).map { matrix[row * columns + $0] } }
      : (0..<columns).map { column in (0..<rows).map { matrix[$0 * columns + column] } }
    for (index, left) in vectors.enumerated() {
      for (other, right) in vectors.enumerated() {
        let product = zip(left, right).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        #expect(abs(product - (index == other ? 2.25 : 0)) < 1e-5)
      }
    }
  }

  @Test("Parameters begin with the documented gains, biases of 0 and log standard deviations")
  func initialization() throws {
    let policy = try policy(.mlp(hidden: 6))
    func norm(_ name: String) throws -> Double {
      let isActor = name.hasPrefix("actor")
      let entry = try #require((isActor ? policy.actorTable : policy.criticTable)[name])
      let values = (isActor ? policy.actorParameters : policy.criticParameters)[entry.range]
      return values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    }
    // The squared norm of an orthogonal matrix is its shorter side times the squared gain.
    #expect(abs(try norm("actor.hidden.weight") - 6.0.squareRoot()) < 1e-5)
    #expect(abs(try norm("actor.mean.weight") - 0.01 * 2.0.squareRoot()) < 1e-7)
    #expect(abs(try norm("critic.value.weight") - 1) < 1e-6)
    #expect(try norm("actor.hidden.bias") == 0)
    #expect(policy.logStandardDeviations == [-0.5, -0.5])
    let lstm = try self.policy(.lstm(hidden: 4))
    let bias = try #require(lstm.actorTable["actor.lstm.bias"])
    #expect(
      Array(lstm.actorParameters[bias.range]) == [Float](repeating: 0, count: 4) + [1, 1, 1, 1]
        + [Float](repeating: 0, count: 8))
  }

  @Test("Tables name every parameter of both kinds of network")
  func tables() throws {
    let mlp = try policy(.mlp(hidden: 6))
    #expect(
      mlp.actorTable.entries.map(\.name) == [
        "actor.hidden.weight", "actor.hidden.bias", "actor.mean.weight", "actor.mean.bias",
        "actor.logStandardDeviation",
      ])
    let lstm = try policy(.lstm(hidden: 4))
    #expect(
      lstm.criticTable.entries.map(\.name) == [
        "critic.lstm.inputWeight", "critic.lstm.recurrentWeight", "critic.lstm.bias",
        "critic.value.weight", "critic.value.bias",
      ])
    #expect(lstm.criticTable.entries.map(\.shape) == [[16, 3], [16, 4], [16], [1, 4], [1]])
    #expect(lstm.criticTable.count == lstm.criticParameters.count)
  }

  @Test("A decision's log probability is the normal density's, by hand", arguments: shapes)
  func logProbability(shape: NetworkShape) throws {
    let policy = try policy(shape)
    var generator = SeededGenerator(seed: 9)
    var (state, meanState) = (policy.initialState, policy.initialState)
    for _ in 0..<5 {
      let observation = (0..<3).map { _ in Float(generator.nextNormal()) }
      let decision = policy.act(observation: observation, state: &state, using: &generator)
      let mean = policy.meanAction(observation: observation, state: &meanState)
      let deviation = exp(-0.5)
      let expected = zip(decision.action, mean).reduce(0.0) { sum, pair in
        let z = (Double(pair.0) - Double(pair.1)) / deviation
        return sum + log(exp(-z * z / 2) / (deviation * (2 * Double.pi).squareRoot()))
      }
      #expect(abs(Double(decision.logProbability) - expected) < 1e-5)
    }
    #expect(state.actor == meanState.actor)
  }

  @Test("Actions have the policy's mean and standard deviation")
  func sampling() throws {
    let policy = try policy(.mlp(hidden: 6))
    var generator = SeededGenerator(seed: 4)
    var statistics = RunningStatistics(size: 2)
    var state = policy.initialState
    for _ in 0..<4000 {
      statistics.add(policy.act(observation: [1, 0, -1], state: &state, using: &generator).action)
    }
    let mean = policy.meanAction(observation: [1, 0, -1], state: &state)
    for entry in 0..<2 {
      // Four standard errors.
      #expect(abs(statistics.mean[entry] - Double(mean[entry])) < 4 * exp(-0.5) / 4000.0.squareRoot())
      #expect(abs(statistics.variance[entry] / exp(-1) - 1) < 4 * (2 / 4000.0).squareRoot())
    }
  }

  @Test("Entropy is log sigma + log(2 pi e) / 2 an entry")
  func entropy() throws {
    let expected = 2 * (-0.5 + 0.5 * log(2 * Double.pi * M_E))
    #expect(abs(try policy(.mlp(hidden: 6)).entropy - expected) < 1e-6)
  }

  @Test("An LSTM remembers, an MLP does not")
  func memory() throws {
    for (shape, remembers) in [(NetworkShape.mlp(hidden: 6), false), (.lstm(hidden: 4), true)] {
      let policy = try policy(shape)
      var generator = SeededGenerator(seed: 1)
      var (left, right) = (policy.initialState, policy.initialState)
      _ = policy.act(observation: [1, 1, 1], state: &left, using: &generator)
      _ = policy.act(observation: [-1, 1, 0], state: &right, using: &generator)
      let values = [left, right].map { policy.value(observation: [0, 0, 0], state: $0) }
      #expect((values[0] != values[1]) == remembers)
      #expect(
        (policy.meanAction(observation: [0, 0, 0], state: &left)
          != policy.meanAction(observation: [0, 0, 0], state: &right)) == remembers)
    }
  }

  @Test("The same seed gives the same parameters, another seed others", arguments: shapes)
  func seeds(shape: NetworkShape) throws {
    #expect(try policy(shape, seed: 5) == policy(shape, seed: 5))
    #expect(try policy(shape, seed: 5).actorParameters != policy(shape, seed: 6).actorParameters)
  }

  @Test("Coding keeps every bit, of parameters and of a state in mid-episode", arguments: shapes)
  func coding(shape: NetworkShape) throws {
    let policy = try policy(shape)
    var generator = SeededGenerator(seed: 9)
    var state = policy.initialState
    _ = policy.act(observation: [0.1, 0.2, 0.3], state: &state, using: &generator)
    let encoder = JSONEncoder()
    let decoder = JSONDecoder()
    let copy = try decoder.decode(ActorCritic.self, from: encoder.encode(policy))
    #expect(copy == policy)
    let stateCopy = try decoder.decode(RecurrentState.self, from: encoder.encode(state))
    #expect(stateCopy == state)
    try policy.validate(stateCopy)
  }

  @Test("Parameters and states of another policy are refused")
  func mismatches() throws {
    let policy = try policy(.lstm(hidden: 4))
    let tooFew = Array(policy.actorParameters.dropLast())
    #expect(
      throws: PPOError.mismatchedState(
        what: "actor's parameters", expected: tooFew.count + 1, found: tooFew.count)
    ) {
      try ActorCritic(
        configuration: policy.configuration, actorParameters: tooFew,
        criticParameters: policy.criticParameters)
    }
    var poisoned = policy.criticParameters
    poisoned[7] = .nan
    #expect(throws: PPOError.nonFiniteParameter(network: "critic", index: 7)) {
      try ActorCritic(
        configuration: policy.configuration, actorParameters: policy.actorParameters,
        criticParameters: poisoned)
    }
    let other = try self.policy(.mlp(hidden: 6)).initialState
    #expect(
      throws: PPOError.mismatchedState(what: "actor's recurrent state", expected: 8, found: 0)
    ) { try policy.validate(other) }
  }

  @Test(
    "Impossible sizes are refused by name",
    arguments: [
      (ActorCritic.Configuration(observationCount: 0), "observationCount"),
      (ActorCritic.Configuration(observationCount: 2, actionCount: -1), "actionCount"),
      (ActorCritic.Configuration(observationCount: 2, actor: .mlp(hidden: 0)), "actor.hidden"),
      (ActorCritic.Configuration(observationCount: 2, critic: .lstm(hidden: 100_000)), "critic.hidden"),
      (
        ActorCritic.Configuration(observationCount: 2, initialLogStandardDeviation: .nan),
        "initialLogStandardDeviation"
      ),
    ])
  func invalid(configuration: ActorCritic.Configuration, option: String) {
    var generator = SeededGenerator(seed: 1)
    let error = #expect(throws: PPOError.self) {
      try ActorCritic(configuration: configuration, using: &generator)
    }
    #expect(error?.description.hasPrefix("\(option) is ") == true)
  }
}
