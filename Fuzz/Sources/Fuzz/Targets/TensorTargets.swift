import Files
import Foundation

@testable import MetaLR

/// Readers of tensors, and of controllers in them.
let tensorTargets = [
  FuzzTarget("safetensors", seeds: { [try tensorSeed.encoded(), try tensorSeed.encoded().withoutChecksum] }) {
    data in
    let written = try Safetensors(decoding: data, path: "fuzz").encoded()
    let again = try? Safetensors(decoding: written, path: "fuzz").encoded()
    demand(written == again, "safetensors written twice differ")
  },
  FuzzTarget(
    "checkpoint", longestInput: 16_384,
    seeds: { try checkpointSeeds().map { try $0.encoded().withoutChecksum } }
  ) { data in
    try drive(Checkpoint(decoding: data, path: "fuzz"))
  },
  // Description, card and numbers apart, so that a change of one leaves the file readable.
  FuzzTarget(
    "checkpoint-parts", longestInput: 16_384, seeds: { try checkpointSeeds().map(Data.init(partsOf:)) }
  ) { data in
    try drive(Checkpoint(decoding: checkpoint(ofParts: data).encoded(), path: "fuzz"))
  },
]

/// Lets a controller decide, writes it and reads it again.
private func drive(_ checkpoint: Checkpoint) throws {
  let action = checkpoint.controller.action
  for rate in try [1e-6, 1e-3, 1].map({ try checkpoint.controller.rates(from: $0) }).joined() {
    demand(
      rate >= action.minimum && rate <= action.maximum, "a controller decided on a rate of \(rate)")
  }
  let written = try checkpoint.encoded()
  demand(
    (try? Checkpoint(decoding: written, path: "fuzz").encoded()) == written,
    "a checkpoint written twice differs")
}

extension Controller {
  /// The decisions of a run that begins at `rate`, whose losses fall, rise and become huge.
  func rates(from rate: Double) throws -> [Double] {
    var session = session()
    var rates: [Double] = []
    var observation = ToyTrainee.observation(step: 0, loss: 2.3, rate: rate)
    if action.looks > 0 {
      observation.learningRate = try session.firstLearningRate(after: observation) {
        var seen = ToyTrainee.observation(step: 0, loss: 2.2, rate: $0)
        seen[.lossBeforeTrial] = 2.3
        return seen
      }
      rates.append(observation.learningRate)
      rates.append(session.nextLearningRate(after: observation))
    }
    for (index, loss) in [2, 1, 1e-30, 5, 1e30].enumerated() {
      observation = ToyTrainee.observation(step: 10 * index + 10, loss: loss, rate: observation.learningRate)
      observation.learningRate = session.nextLearningRate(after: observation)
      rates.append(observation.learningRate)
      // A decision that is no number would leave the rate where it is, and pass for a decision.
      let inputs = inputs(of: session.memory.history)
      var state = session.memory.recurrent
      let decision = policy.meanAction(observation: inputs, state: &state)
      for (name, numbers) in [("inputs", inputs), ("a decision", decision), ("a state", state.actor)] {
        demand(numbers.allSatisfy(\.isFinite), "\(name) of a controller: \(numbers)")
      }
    }
    return rates
  }
}

private let tensorSeed = Safetensors(
  tensors: [
    "a": Tensor(shape: [2, 3], values: .float32([1, 2, 3, 4, 5, -.infinity])),
    "b": Tensor(shape: [], values: .float64([.nan])),
  ], metadata: ["format": "pt"])

private func checkpointSeeds() throws -> [Checkpoint] {
  let shapes: [NetworkShape] = [.mlp(hidden: 3), .lstm(hidden: 2), .gru(embedding: 2, hidden: 2)]
  return try zip(shapes, [FeatureList.paper, .extended, .universal]).map { shape, features in
    try ToyTrainee.checkpoint(actor: shape, features: features)
  }
}

extension Data {
  /// A safetensors file as another program would write it: no checksum notices what is changed.
  fileprivate var withoutChecksum: Data {
    guard let place = range(of: Data("\"checksum\"".utf8)) else { return self }
    var changed = self
    // The entry keeps its length, under a name that nobody reads.
    changed.replaceSubrange(place, with: Data("\"checkson\"".utf8))
    return changed
  }

  /// A checkpoint's description, its card, and all numbers in the order in which ``checkpoint(ofParts:)`` takes them.
  fileprivate init(partsOf checkpoint: Checkpoint) throws {
    let file = try Safetensors(decoding: checkpoint.encoded(), path: "seed")
    let policy = checkpoint.controller.policy
    let statistics = checkpoint.controller.normalizer.statistics
    var numbers = Data()
    for value in statistics.mean + statistics.squaredDeviations {
      Swift.withUnsafeBytes(of: value) { numbers.append(contentsOf: $0) }
    }
    for value in policy.actorParameters + policy.criticParameters {
      Swift.withUnsafeBytes(of: value) { numbers.append(contentsOf: $0) }
    }
    let texts = [Checkpoint.Name.controller, Checkpoint.Name.card].map {
      Data((file.metadata[$0] ?? "").utf8)
    }
    self = .joining(texts + [numbers])
  }
}

/// A file of a description, a card and numbers, in tensors as the description wants them.
private func checkpoint(ofParts data: Data) throws -> Safetensors {
  let parts = data.parts(3)
  let description = try JSONDecoder().decode(Checkpoint.ControllerDescription.self, from: parts[0])
  try description.policy.validate()
  let tables = ActorCritic.tables(of: description.policy)
  // A header may claim 65,536 units; the reader refuses what is not there, and this would put it there.
  guard tables.actor.count + tables.critic.count < 1 << 16 else { throw Interrupted() }
  var bytes = parts[2][...]
  func take<Number>(_ count: Int, else zero: Number) -> [Number] {
    (0..<count).map { _ in
      let size = MemoryLayout<Number>.size
      defer { bytes = bytes.dropFirst(size) }
      return bytes.count < size ? zero : bytes.withUnsafeBytes { $0.loadUnaligned(as: Number.self) }
    }
  }
  var tensors: [String: Tensor] = [:]
  let count = description.features.count
  for name in [Checkpoint.Name.normalizerMean, Checkpoint.Name.normalizerSquares] {
    tensors[name] = Tensor(shape: [count], values: .float64(take(count, else: 0.0)))
  }
  for entry in tables.actor.entries + tables.critic.entries {
    tensors[entry.name] = Tensor(
      shape: entry.shape, values: .float32(take(entry.range.count, else: Float(0))))
  }
  return Safetensors(
    tensors: tensors,
    metadata: [
      Checkpoint.Name.format: Checkpoint.Name.formatValue, Checkpoint.Name.formatVersion: "2",
      Checkpoint.Name.controller: String(decoding: parts[0], as: UTF8.self),
      Checkpoint.Name.card: String(decoding: parts[1], as: UTF8.self),
    ])
}
