extension ScheduleSpecification {
  /// The step-decay schedules of ``StepDecaySchedule/paperGrid`` as a user would write them.
  public static let stepGrid: [ScheduleSpecification] = StepDecaySchedule.paperGrid.map { schedule in
    ScheduleSpecification(
      step: schedule.initialLearningRate, every: schedule.discountStep, factor: schedule.discountFactor)
  }

  private init(step rate: Double, every steps: Int, factor: Double) {
    description = "step:\(rate),\(steps),\(factor)"
    kind = .step
    warmUp = nil
    arguments = .values(["rate": rate, "every": Double(steps), "factor": factor])
  }
}
