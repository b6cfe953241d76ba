import BuiltInTrainees
import Experiments
import Foundation
import MetaLR
import Testing

@testable import Training

@Suite("A controller against the one that it began as")
struct PairedTestTests {
  /// Pairs whose new loss is the old one times these.
  static func losses(_ ratios: [Double]) -> PairedLosses {
    // Without chance, a difference is the logarithm of the ratio.
    PairedLosses(pairs: ratios.map { .init(incumbent: 2, candidate: 2 * $0, chance: 0) })
  }

  @Test("The difference of two losses is that of their regrets")
  func difference() {
    // ln((0.09 + 0.01) / (0.19 + 0.01)) = ln(1/2).
    let pair = PairedLosses.Pair(incumbent: 0.19, candidate: 0.09, chance: 1)
    #expect(abs(pair.difference + log(2)) < 1e-12)
    #expect(PairedLosses.Pair(incumbent: 0, candidate: 0, chance: 1).difference == 0)
    #expect(abs(Self.losses([0.5, 2, 0.5]).mean + log(2) / 3) < 1e-12)
  }

  @Test(
    "Better is better by more than chance, not worse is not worse by more than chance or by a fiftieth",
    arguments: [
      // Six of six: Wilcoxon's p is 2 / 2^6 = 0.031; five of five: 0.063.
      ([0.9, 0.8, 0.7, 0.95, 0.85, 0.75], true, true), ([0.9, 0.8, 0.7, 0.95, 0.85], false, true),
      ([1.1, 1.2, 1.3, 1.05, 1.15, 1.25], false, false), ([1.001, 1.002, 1.003, 1.004, 1.005], false, true),
      // Level by ranks, and 5% worse in the mean: one run was lost.
      ([0.99, 1.0101, 0.98, 1.0201, 1.35, 0.97], false, false), ([1, 1, 1], false, true), ([], false, false),
    ] as [([Double], Bool, Bool)])
  func verdicts(ratios: [Double], isBetter: Bool, isNotWorse: Bool) {
    let losses = Self.losses(ratios)
    #expect(losses.isBetter == isBetter && losses.isNotWorse == isNotWorse, "\(losses.mean)")
  }

  @Test("Accepted is better on the kind and not worse on usual problems", arguments: [true, false])
  func accepted(isWorse: Bool) {
    let better = Self.losses([0.9, 0.8, 0.7, 0.95, 0.85, 0.75])
    let worse = Self.losses([1.1, 1.2, 1.3, 1.05, 1.15, 1.25])
    let level = Self.losses([0.99, 1.01])
    #expect(PairedTest.Result(usual: isWorse ? worse : level, kind: better).isAccepted == !isWorse)
    #expect(!PairedTest.Result(usual: better, kind: level).isAccepted)
  }

  @Test("Both controllers drive the same runs: one beside itself differs nowhere, for any number of workers")
  func itself() throws {
    let served = ServedRunProblems(runs: [ServedRunProblemsTests.run(totalSteps: 50)])
    let controller = try Checkpoint(contentsOf: ContinuedTrainingTests.shipped).controller
    let test = try PairedTest(incumbent: controller, like: served, optimizer: nil, count: 6)
    let result = try test.compare(controller, on: TraineePool(workers: 2))
    #expect(result.usual.pairs.count == 6 && result.kind.pairs.count == 6)
    for pair in result.usual.pairs + result.kind.pairs {
      #expect(pair.incumbent == pair.candidate && pair.chance > 0)
    }
    #expect(!result.isAccepted)
    // The run began at a tenth of the usual rate that it told, 0.1; here that of SGD is 0.2.
    #expect(test.kind.allSatisfy { abs($0.initialLearningRate - 0.02) < 1e-12 })
    let other = Controller(
      features: controller.features, action: LearningRateAction(logScale: 0.1),
      normalizer: controller.normalizer, policy: controller.policy)
    let changed = try test.compare(other, on: TraineePool(workers: 1))
    #expect(changed.kind.pairs.map(\.incumbent) == result.kind.pairs.map(\.incumbent))
    #expect(changed.kind.pairs.map(\.candidate) != result.kind.pairs.map(\.candidate))
  }
}
