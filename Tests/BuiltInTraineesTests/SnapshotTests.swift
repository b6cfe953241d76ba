import Foundation
import NeuralNet
import Randomness
import Testing
import BuiltInTrainees

@Suite("Snapshots of an image classifier")
struct SnapshotTests {
  @Test(
    "Training on from a snapshot gives the same bits, in the same trainee and in another",
    arguments: ImageClassifierTests.models, Optimizer.Configuration.all)
  func continuation(model: ModelSpecification, optimizer: Optimizer.Configuration) throws {
    let trainee = try Example.trainee(model: model, optimizer: optimizer)
    let other = try Example.trainee(model: model, optimizer: optimizer)
    _ = trainee.reset(seed: .max, stepBudget: 9, learningRate: 0.01)
    _ = trainee.train(learningRates: [0.01, 0.01, 0.01])
    let snapshot = try trainee.snapshot()
    let expected = trainee.train(learningRates: [0.01, 0.02])
    let evaluation = trainee.evaluate()
    for twin in [trainee, other] {
      try twin.restore(snapshot)
      #expect(try twin.snapshot() == snapshot)
      #expect(twin.train(learningRates: [0.01, 0.02]) == expected)
      #expect(twin.evaluate() == evaluation)
    }
  }

  @Test("A damaged or foreign snapshot is refused, and the trainee stays as it was")
  func damage() throws {
    let trainee = try Example.trainee()
    _ = trainee.reset(seed: 1, stepBudget: 9, learningRate: 0.01)
    let snapshot = try trainee.snapshot()
    let foreign = try Example.trainee(Example.splits(train: 61))
    _ = foreign.reset(seed: 1, stepBudget: 9, learningRate: 0.01)
    let sgd = try Example.trainee(optimizer: .sgd)
    _ = sgd.reset(seed: 1, stepBudget: 9, learningRate: 0.01)
    var generator = SeededGenerator(seed: 1)
    var noise = Data((0..<500).map { _ in UInt8.random(in: 0...255, using: &generator) })
    var bad: [Data] = [
      Data(), Data("{}\n".utf8), noise, snapshot.dropLast(), snapshot + Data([0]), snapshot.prefix(100),
      try foreign.snapshot(), try sgd.snapshot(),
    ]
    noise.replaceSubrange(0..<1, with: "\n".utf8)
    bad.append(noise)
    for (from, to) in [
      ("image classifier 1", "image classifier 2"), ("\"counts\":[", "\"counts\":[-1,"),
      ("\"counts\":[", "\"counts\":[9223372036854775807,"), ("\"step\":0", "\"step\":-1"),
      ("\"position\":0", "\"position\":99999"), ("\"stepBudget\":9", "\"stepBudget\":0"),
    ] {
      let end = try #require(snapshot.firstIndex(of: 10))
      let text = String(decoding: snapshot[..<end], as: UTF8.self)
      let changed = text.replacingOccurrences(of: from, with: to)
      #expect(changed != text, "\(from) does not occur in \(text)")
      bad.append(Data(changed.utf8) + snapshot[end...])
    }
    for data in bad {
      #expect(throws: TraineeError.self) { try trainee.restore(data) }
      #expect(try trainee.snapshot() == snapshot)
    }
  }

  @Test("Impossible configurations are refused in words")
  func configuration() throws {
    #expect(throws: TraineeError.self) { try Example.trainee(batchSize: 0) }
    #expect(throws: TraineeError.self) { try Example.trainee(threads: -1) }
    #expect(throws: OptimizerError.self) { try Example.trainee(optimizer: .momentum(1)) }
    #expect(throws: OptimizerError.self) { try Example.trainee(optimizer: .adam(epsilon: 0)) }
    #expect(throws: ModelError.self) { try Example.trainee(model: .resNet(widths: [], blocks: 1)) }
  }
}
