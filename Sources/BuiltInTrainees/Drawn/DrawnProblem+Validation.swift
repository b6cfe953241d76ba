extension DrawnProblem {
  /// Checks that each property is in its range and suits the family.
  ///
  /// - Throws: ``DrawnProblemError`` for the first that is not.
  public func validate() throws(DrawnProblemError) {
    let isRegression = family.isRegression
    try Self.check(
      isRegression ? classes == 0 : classes >= 2, "classes", classes,
      isRegression ? "0" : "at least 2")
    try Self.check(inputs >= 2, "inputs", inputs, "at least 2")
    try Self.check(trainCount >= 1, "trainCount", trainCount, "at least 1")
    try Self.check(validationCount >= 1, "validationCount", validationCount, "at least 1")
    try Self.check(testCount >= 1, "testCount", testCount, "at least 1")
    try Self.check((0...1).contains(labelNoise), "labelNoise", labelNoise, "in [0, 1]")
    try Self.check(
      conditioning >= 1 && conditioning.isFinite, "conditioning", conditioning, "at least 1")
    try Self.check((0...50).contains(imbalance), "imbalance", imbalance, "in [0, 50]")
    try Self.check(batchSize >= 1, "batchSize", batchSize, "at least 1")
    try Self.check(stepBudget >= 1, "stepBudget", stepBudget, "at least 1")
    try Self.check(
      usualLearningRate > 0 && usualLearningRate.isFinite, "usualLearningRate", usualLearningRate,
      "positive")
    try family.rule.validate(self)
    try validateNetwork()
    do { try optimizer.validate() } catch {
      throw .badValue(name: "optimizer", value: optimizer.name, allowed: "valid: \(error)")
    }
  }

  private func validateNetwork() throws(DrawnProblemError) {
    try Self.check((0...4).contains(network.layers), "network.layers", network.layers, "0 to 4")
    try Self.check(network.width >= 1, "network.width", network.width, "at least 1")
    try Self.check(
      network.initialScale > 0 && network.initialScale.isFinite, "network.initialScale",
      network.initialScale,
      "positive")
    let mostConvolutions = family.rule.allowsConvolutions ? 2 : 0
    try Self.check(
      (0...mostConvolutions).contains(network.convolutions), "network.convolutions",
      network.convolutions,
      "0 to \(mostConvolutions) for \(family.rawValue)")
    try Self.check(
      !(network.layerNorm && network.batchNorm), "network.batchNorm", network.batchNorm,
      "false with layer norm")
    try Self.check(
      (0..<1).contains(network.dropout), "network.dropout", network.dropout, "in [0, 1)")
  }

  static func check(
    _ isAllowed: Bool, _ name: String, _ value: some CustomStringConvertible, _ allowed: String
  ) throws(DrawnProblemError) {
    guard isAllowed else { throw .badValue(name: name, value: value.description, allowed: allowed) }
  }
}
