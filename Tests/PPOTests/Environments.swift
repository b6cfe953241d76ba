import PPO
import Randomness

/// A point on a line is to be moved onto a target; both are in view.
///
/// Each step moves by half the action, bounded to 1, then earns minus the distance.
struct ReachTarget: Environment {
  let observationCount = 2
  let actionCount = 1
  private(set) var position: Float = 0
  private(set) var target: Float = 0
  private var step = 0

  mutating func reset(seed: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    position = Float(generator.nextUniform(in: -1..<1))
    target = Float(generator.nextUniform(in: -1..<1))
    step = 0
    return [position, target]
  }

  mutating func step(action: [Float]) -> EnvironmentStep {
    position += 0.5 * min(max(action[0], -1), 1)
    step += 1
    return EnvironmentStep(
      observation: [position, target], reward: -abs(position - target),
      ending: step == 8 ? .terminal : nil)
  }
}

/// A cue of -1 or 1 is shown at the first step alone; the last action should repeat it.
///
/// Only the last action earns: minus its squared distance from the cue. Without memory nothing beats the answer 0,
/// which is off by 1 each time.
struct RecallCue: Environment {
  let observationCount = 2
  let actionCount = 1
  static let length = 4
  private(set) var cue: Float = 0
  private(set) var step = 0

  mutating func reset(seed: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    cue = generator.nextUniform() < 0.5 ? -1 : 1
    step = 0
    return [cue, 0]
  }

  mutating func step(action: [Float]) -> EnvironmentStep {
    step += 1
    let isOver = step == Self.length
    let error = action[0] - cue
    return EnvironmentStep(
      observation: [0, step == Self.length - 1 ? 1 : 0], reward: isOver ? -error * error : 0,
      ending: isOver ? .terminal : nil)
  }
}

/// Answers with what it is told to, to see how bad numbers and endings are met.
struct Scripted: Environment {
  let observationCount = 1
  let actionCount = 1
  var first: Float = 0
  var steps: [EnvironmentStep]
  private var next = 0

  init(first: Float = 0, steps: [EnvironmentStep]) {
    self.first = first
    self.steps = steps
  }

  mutating func reset(seed: UInt64) -> [Float] {
    next = 0
    return [first]
  }

  mutating func step(action: [Float]) -> EnvironmentStep {
    defer { next += 1 }
    return steps[next]
  }
}
