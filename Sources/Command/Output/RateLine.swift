import Experiments
import MetaLR
import Schedules

/// The learning rates of a run over its steps, for pictures.
struct RateLine {
  let steps: [Double]
  let rates: [Double]

  /// Points of a line, of which a picture shows no more.
  private static let mostPoints = 1000
  /// Steps of a run beyond which its readings have to do.
  private static let mostSteps = 10_000_000

  /// The rates of a run.
  ///
  /// Those of a schedule are the schedule's own, since its cycles may be shorter than the steps between two readings. Those of any
  /// other method are the rates that the readings carry, each drawn where its steps began.
  init(_ run: TrainingRun, method: String) {
    if let line = RateLine(ofSchedule: method, in: run) {
      self = line
    } else {
      steps = run.observations.dropLast().map { Double($0.step) }
      rates = run.observations.dropFirst().map(\.learningRate)
    }
  }

  /// The rates of a schedule in a run; nil for another method.
  init?(ofSchedule method: String, in run: TrainingRun) {
    let (first, last) = (run.observations[0], run.final)
    let source = try? Method(parsing: method).makeSource(first.learningRate, last.stepBudget)
    guard let schedule = (source as? ScheduleSource)?.schedule, last.step <= Self.mostSteps else {
      return nil
    }
    self.init(schedule, steps: last.step)
  }

  /// The rates of a schedule: that of every step, or of more steps than `mostPoints` the lowest and highest of each of as many even
  /// parts as give so many points.
  init(_ schedule: any Schedule, steps count: Int, mostPoints: Int = RateLine.mostPoints) {
    let rates = (0..<count).map { schedule.learningRate(at: $0) }
    let part = count <= mostPoints ? 1 : (2 * count + mostPoints - 1) / mostPoints
    let shown = stride(from: 0, to: count, by: part).flatMap { begin in
      let part = begin..<min(begin + part, count)
      let ends = [part.min { rates[$0] < rates[$1] }, part.max { rates[$0] < rates[$1] }].compactMap(\.self)
      return Set(ends).sorted()
    }
    steps = shown.map(Double.init)
    self.rates = shown.map { rates[$0] }
  }
}
