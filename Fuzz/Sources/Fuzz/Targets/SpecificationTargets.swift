import BuiltInTrainees
import Experiments
import Foundation
import MetaLR
import NeuralNet
import Schedules

/// What users write in words: schedules, feedback, optimizers, averages.
let specificationTargets = [
  FuzzTarget("schedule", longestInput: 256, seeds: { scheduleSeeds }) { data in
    let text = String(decoding: data.dropFirst(4), as: UTF8.self)
    let steps = Int(data.prefix(4).reduce(0) { $0 << 8 | UInt32($1) })
    let specification = try ScheduleSpecification(parsing: text)
    demand(
      try ScheduleSpecification(parsing: specification.description) == specification,
      "'\(text)' is read in two ways")
    // Any path is right; one such as /dev/zero would be read for ever.
    guard specification.file == nil else { return }
    let schedule = try specification.schedule(totalSteps: steps)
    for step in [.min, -1, 0, 1, steps / 2, steps - 1, steps, steps + 1, .max] {
      let rate = schedule.learningRate(at: step)
      demand(rate >= 0 && rate <= 1e30, "'\(text)' of \(steps) steps has a rate of \(rate) at step \(step)")
    }
    if let restarting = schedule as? any RestartingSchedule {
      for step in [0, 1, steps / 2, steps] {
        demand(restarting.cycleEnd(at: step) > step, "'\(text)' ends a cycle before step \(step)")
      }
    }
  },
  FuzzTarget("method", longestInput: 256, seeds: { methodSeeds }) { data in
    let text = String(decoding: data, as: UTF8.self)
    guard !text.hasPrefix("image:"), !text.hasPrefix("replay:") else { return }
    let method = try Method(parsing: text)
    let own = try method.ownInitialRate?(20)
    var source = try method.makeSource(own ?? 0.1, 20)
    var observation = ToyTrainee.observation(step: 0, stepBudget: 20, loss: 1, rate: own ?? 0.1)
    for (index, loss) in [1, 1, 1, 0.5, 1e30, 1].enumerated() {
      let rates = try source.learningRates(after: observation, steps: 2)
      demand(
        rates.count == 2 && rates.allSatisfy { $0 >= 0 && $0 <= 1e30 }, "'\(text)' decided on \(rates)")
      observation = ToyTrainee.observation(
        step: 2 * index + 2, stepBudget: 20, loss: loss, rate: rates[rates.count - 1])
    }
  },
  FuzzTarget("optimizer", longestInput: 256, seeds: { optimizerSeeds }) { data in
    let text = String(decoding: data, as: UTF8.self)
    let configuration = try Optimizer.Configuration(parsing: text)
    demand(
      try Optimizer.Configuration(parsing: configuration.description) == configuration,
      "'\(text)' is read in two ways")
    let decoded = try JSONDecoder().decode(
      Optimizer.Configuration.self, from: JSONEncoder().encode(configuration))
    demand(decoded == configuration, "'\(text)' is another method after JSON")
    step(configuration)
  },
  FuzzTarget(
    "averaging", longestInput: 64, seeds: { ["none", "polynomial", "ema:0.99"].map { Data($0.utf8) } }
  ) { data in
    let averaging = try WeightAveraging(parsing: String(decoding: data, as: UTF8.self))
    demand(try WeightAveraging(parsing: averaging.description) == averaging, "an average is read in two ways")
  },
]

/// Takes steps on gradients of every size, zero included.
private func step(_ configuration: Optimizer.Configuration) {
  let optimizer = Optimizer(configuration, count: 3, instructionSet: .naive, tensors: [0..<1, 1..<3])
  var weights: [Float] = [1, -0.5, 0]
  for gradient in [[0, 0, 0], [0.1, -1e-8, 1], [1e-20, 2, -1], [0, 0.5, 0.5]] as [[Float]] {
    // With a decay of 1e30 the weights of any method grow without bound.
    guard weights.allSatisfy({ $0.magnitude < 1e10 }) else { return }
    optimizer.step(parameters: &weights, gradient: gradient, learningRate: 1e-3)
    demand(!weights.contains(where: \.isNaN), "\(configuration) made \(weights) of \(gradient)")
  }
}

private let scheduleSeeds: [Data] = [
  "constant:0.01", "step:0.1,20,0.9", "piecewise:0.1,0.01@100,0.001@200", "exponential:0.1,0.001",
  "linear:0.01,warmup=30", "polynomial:0.1,2", "inverse-sqrt:0.1,10", "cosine:0.01,warmup=5%", "rex:0.1",
  "hold-cosine:0.1,0.5", "wsd:0.1,0.05,0.2", "one-cycle:0.1", "exp-rise:0.1", "triangular:0.001,0.1,10",
  "triangular2:0.001,0.1,10", "exp-range:0.001,0.1,10,0.999", "sgdr:0.1,15,2,0.5,0.001", "replay:a.csv",
  "image:a.png,1e-5,0.1,warmup=3",
].map { Data([0, 0, 1, 0]) + Data($0.utf8) }

private let methodSeeds: [Data] = [
  "constant", "cosine", "plateau:0.1,factor=0.5,patience=1,warmup=2,min=1e-3,cooldown=1",
  "hypergradient:0.01,beta=1e-4", "cosine:0.1",
].map { Data($0.utf8) }

private let optimizerSeeds: [Data] = Optimizer.Configuration.all.map { method in
  let constants = method.constants.map { "\($0.name)=\($0.defaultValue)" }.joined(separator: ",")
  return Data((method.name + (constants.isEmpty ? "" : ":" + constants)).utf8)
}
