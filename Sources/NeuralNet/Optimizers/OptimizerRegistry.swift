/// Every optimization method.
enum OptimizerRegistry {
  /// Each rule with its default constants, in the order in which help texts list them.
  static let rules: [any OptimizerRule] = [
    GradientDescent(), Momentum(), Nesterov(), Adam(), Adagrad(), Adadelta(), RMSProp(), AdamW(), NAdamW(),
    ScheduleFreeAdamW(), ScheduleFreeSGD(), Prodigy(), DAdaptation(), DoG(), LayerwiseDoG(), DoWG(), COCOB(),
    Mechanic(), Hypergradient(), MultiplicativeHypergradient(),
  ]
}
