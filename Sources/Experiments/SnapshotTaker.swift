import BuiltInTrainees
import Foundation
import MetaLR
import Schedules

/// An image classifier that is tested at the end of each cycle of its schedule, and otherwise trains as it would alone.
public final class SnapshotTaker: Trainee {
  private let classifier: ImageClassifier
  private let schedule: any RestartingSchedule
  private let onSnapshot: (ImageClassifier, Int) throws -> Void
  private var step = 0

  /// The networks so far.
  public private(set) var ensemble = SnapshotEnsemble()

  /// Watches a classifier.
  ///
  /// - Parameters:
  ///   - classifier: What is trained.
  ///   - schedule: Whose cycles count; the end of the run ends the last one.
  ///   - onSnapshot: Told of the classifier and the steps done at the end of each cycle.
  public init(
    _ classifier: ImageClassifier, schedule: any RestartingSchedule,
    onSnapshot: @escaping (ImageClassifier, Int) throws -> Void = { _, _ in }
  ) {
    (self.classifier, self.schedule, self.onSnapshot) = (classifier, schedule, onSnapshot)
  }

  /// Starts a new run and forgets the snapshots of the one before.
  public func reset(seed: UInt64, stepBudget: Int, learningRate: Double) -> Observation {
    (step, ensemble) = (0, SnapshotEnsemble())
    return classifier.reset(seed: seed, stepBudget: stepBudget, learningRate: learningRate)
  }

  /// Takes the steps; where a cycle ends among them, the network is tested there.
  public func train(learningRates: [Double]) throws -> Observation {
    var rest = learningRates[...]
    while true {
      let end = schedule.cycleEnd(at: step)
      let part = Array(rest.prefix(end - step))
      let observation = classifier.train(learningRates: part)
      step += part.count
      rest = rest.dropFirst(part.count)
      if step == end || step == observation.stepBudget {
        ensemble.add(step: step, probabilities: classifier.testProbabilities(), labels: classifier.testLabels)
        try onSnapshot(classifier, step)
      }
      if rest.isEmpty { return observation }
    }
  }

  /// Loss and accuracy of the one network.
  public func evaluate() -> Evaluation { classifier.evaluate() }

  /// A snapshot of the one network.
  public func snapshot() throws -> Data { try classifier.snapshot() }

  /// Goes back to a snapshot of the one network.
  public func restore(_ snapshot: Data) throws { try classifier.restore(snapshot) }
}
