import Foundation

/// The actor's loss on a minibatch, its gradient, and what is logged of it.
struct PolicyLoss {
  /// Clipped surrogate, mean over the steps.
  var surrogate = 0.0
  /// Mean of (ratio - 1) - log ratio.
  var approximateKL = 0.0
  /// Share of ratios outside the clip range.
  var clipFraction = 0.0
  /// Largest distance of a ratio from 1.
  var ratioDeviation = 0.0
}

extension ActorCritic {
  /// Log ratios are kept within this, so that a ratio is always a number; the gradient's norm is clipped long before.
  private static let logRatioBound: Float = 20

  /// Entropy of the distribution of actions, in nats: the same for every observation.
  public var entropy: Double {
    logStandardDeviations.reduce(0) { $0 + Double(DiagonalGaussian.entropy(logStandardDeviation: $1)) }
  }

  /// The actor's loss on `minibatch`: clipped surrogate minus `entropyCoefficient` times the entropy.
  ///
  /// - Parameters:
  ///   - minibatch: The steps.
  ///   - clipRange: See ``PPOLearner/Configuration``.
  ///   - entropyCoefficient: See ``PPOLearner/Configuration``.
  ///   - tape: Room for the longest sequence.
  ///   - gradient: Set to the derivative by each of the actor's parameters.
  /// - Returns: The clipped surrogate and what is logged beside it.
  func policyLoss(
    _ minibatch: Minibatch, clipRange: Float, entropyCoefficient: Float, tape: inout Tape,
    gradient: inout [Float]
  ) -> PolicyLoss {
    var loss = PolicyLoss()
    let share = 1 / Float(minibatch.count)
    let logStandardDeviation = actor.table.count - actionCount
    for index in gradient.indices { gradient[index] = 0 }
    for sequence in minibatch.sequences {
      var state = [Float](repeating: 0, count: actor.stateCount)
      actor.forward(
        actorParameters, inputs: minibatch.observations, steps: sequence, state: &state, tape: &tape)
      for step in 0..<sequence.count {
        let row = sequence.lowerBound + step
        var logProbability: Float = 0
        for entry in 0..<actionCount {
          logProbability += DiagonalGaussian.logProbability(
            of: minibatch.actions[row * actionCount + entry],
            mean: tape.outputs[step * actionCount + entry],
            logStandardDeviation: actorParameters[logStandardDeviation + entry])
        }
        let logRatio = min(
          max(logProbability - minibatch.logProbabilities[row], -Self.logRatioBound), Self.logRatioBound)
        let ratio = exp(logRatio)
        let surrogate = clippedSurrogate(
          ratio: ratio, advantage: minibatch.advantages[row], clipRange: clipRange)
        loss.add(surrogate: surrogate.loss, ratio: ratio, logRatio: logRatio, clipRange: clipRange)
        // The derivative of a ratio by its log probability is the ratio.
        let derivative = surrogate.derivative * ratio * share
        for entry in 0..<actionCount {
          let score = DiagonalGaussian.logProbabilityGradient(
            of: minibatch.actions[row * actionCount + entry],
            mean: tape.outputs[step * actionCount + entry],
            logStandardDeviation: actorParameters[logStandardDeviation + entry])
          tape.outputGradients[step * actionCount + entry] = derivative * score.mean
          gradient[logStandardDeviation + entry] += derivative * score.logStandardDeviation
        }
      }
      actor.backward(
        actorParameters, inputs: minibatch.observations, steps: sequence, tape: &tape, gradient: &gradient)
    }
    // Entropy grows by 1 with each log standard deviation.
    for entry in 0..<actionCount { gradient[logStandardDeviation + entry] -= entropyCoefficient }
    return loss.divided(by: Double(minibatch.count))
  }

  /// The critic's loss on `minibatch`, half the mean squared error to the returns; `gradient` is set to its derivative
  /// by each of the critic's parameters.
  func valueLoss(_ minibatch: Minibatch, tape: inout Tape, gradient: inout [Float]) -> Double {
    squaredError(
      of: critic, criticParameters, to: minibatch.returns, on: minibatch, tape: &tape, gradient: &gradient)
  }

  /// Half the mean squared error of the policy's mean actions to those of `minibatch`; `gradient` is set to its
  /// derivative by each of the actor's parameters.
  func imitationLoss(_ minibatch: Minibatch, tape: inout Tape, gradient: inout [Float]) -> Double {
    squaredError(
      of: actor, actorParameters, to: minibatch.actions, on: minibatch, tape: &tape, gradient: &gradient)
  }

  private func squaredError(
    of network: ActorCriticNetwork, _ parameters: [Float], to targets: [Float], on minibatch: Minibatch,
    tape: inout Tape, gradient: inout [Float]
  ) -> Double {
    var loss = 0.0
    let share = 1 / Float(minibatch.count)
    let width = targets.count / minibatch.count
    for index in gradient.indices { gradient[index] = 0 }
    for sequence in minibatch.sequences {
      var state = [Float](repeating: 0, count: network.stateCount)
      network.forward(
        parameters, inputs: minibatch.observations, steps: sequence, state: &state, tape: &tape)
      for entry in 0..<sequence.count * width {
        let error = tape.outputs[entry] - targets[sequence.lowerBound * width + entry]
        loss += 0.5 * Double(error) * Double(error)
        tape.outputGradients[entry] = error * share
      }
      network.backward(
        parameters, inputs: minibatch.observations, steps: sequence, tape: &tape, gradient: &gradient)
    }
    return loss / Double(minibatch.count)
  }
}

extension PolicyLoss {
  /// Adds the sums of other steps.
  mutating func merge(_ other: PolicyLoss) {
    surrogate += other.surrogate
    approximateKL += other.approximateKL
    clipFraction += other.clipFraction
    ratioDeviation = max(ratioDeviation, other.ratioDeviation)
  }

  mutating func add(surrogate: Float, ratio: Float, logRatio: Float, clipRange: Float) {
    self.surrogate += Double(surrogate)
    approximateKL += (Double(ratio) - 1) - Double(logRatio)
    clipFraction += abs(ratio - 1) > clipRange ? 1 : 0
    ratioDeviation = max(ratioDeviation, abs(Double(ratio) - 1))
  }

  func divided(by count: Double) -> PolicyLoss {
    PolicyLoss(
      surrogate: surrogate / count, approximateKL: approximateKL / count,
      clipFraction: clipFraction / count, ratioDeviation: ratioDeviation)
  }
}
