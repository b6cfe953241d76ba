import Foundation
import MetaLR

@testable import Trainee

/// What a trainee in another process says.
let traineeTargets = [
  // One line at a time, without a process.
  FuzzTarget("trainee-lines", seeds: { conversation.map { Data($0.utf8) } }) { data in
    _ = try? JSONDecoder().decode(TraineeHello.self, from: data)
    _ = try JSONDecoder().decode(TraineeMessage.Header.self, from: data)
    let answer = try JSONDecoder().decode(TraineeMessage.Answer.self, from: data)
    guard let reading = answer.observation, reading.impossible == nil else { return }
    var session = GuardedSession(guarded)
    for step in 0..<4 {
      let observation = Observation(
        step: step, stepBudget: 8, learningRate: 0.01, measures: reading.measures)
      let rates = try session.learningRates(after: observation, steps: 2)
      demand(rates.allSatisfy { $0 >= 1e-6 && $0 <= 1 }, "a reading led to rates of \(rates)")
    }
  },
  // A whole run through pipes: a process answers each request with the next line of the input.
  FuzzTarget("trainee", seeds: { [Data(conversation.joined(separator: "\n").utf8)] }) { data in
    traineeFile.fill(data)
    var configuration = ProcessTrainee.Configuration(arguments: ["/bin/sh", "-c", answering])
    configuration.environment = ["ANSWERS": traineeFile.path]
    configuration.restarts = 0
    configuration.onMessage = { _ in }
    let trainee = try ProcessTrainee(configuration: configuration)
    defer { trainee.close() }
    var source = GuardedSession(guarded)
    let run = try TrainingRun(
      of: trainee, ratesFrom: &source, seed: 1, initialLearningRate: 0.01,
      plan: RunPlan(stepBudget: 4, interval: 2))
    demand(
      run.observations.allSatisfy { $0.learningRate > 0 && $0.learningRate <= 1 },
      "a trainee led to rates of \(run.observations.map(\.learningRate))")
  },
]

private let traineeFile = ScratchFile("answers")

/// Reads a request, writes a line of the file, and so on; ends with either.
private let answering = """
  exec 3<"$ANSWERS"; while read -r request && IFS= read -r answer <&3; do printf '%s\\n' "$answer"; done
  """

private let guarded: GuardedController = {
  do {
    return GuardedController(
      controller: try ToyTrainee.checkpoint(actor: .mlp(hidden: 2), features: .universal).controller,
      guardian: try Guardian(), fallback: nil)
  } catch {
    fatalError("no controller could be made: \(error)")
  }
}()

/// The answers of a trainee in one run of four steps; rates are those that the guarded controller decides on.
private let conversation: [String] = {
  func reading(_ step: Int, _ rate: String) -> String {
    """
    {"step":\(step),"learningRate":\(rate),"trainLoss":1.5,"validationLoss":1.6,"predictionVariance":0.1,\
    "predictionChangeVariance":0,"weightMean":0.1,"weightVariance":1,"gradientNorm":2,"gradientCosine":0.1}
    """
  }
  return [
    """
    {"id":0,"protocol":2,"name":"toy","capabilities":["evaluate","snapshot","look"],"dataset":"d","model":"m",\
    "datasetHash":"h","splitSizes":[1,2,3],"optimizer":"sgd","batchSize":3}
    """,
    "{\"id\":1,\"observation\":\(reading(0, "0.01"))}", "{\"id\":2,\"snapshot\":\"a\"}",
    "{\"id\":3,\"observation\":\(reading(2, "null"))}", "{\"id\":4,\"error\":\"out of memory\"}",
    "{\"id\":5,\"evaluation\":{\"loss\":1.2,\"accuracy\":0.5}}",
  ]
}()
