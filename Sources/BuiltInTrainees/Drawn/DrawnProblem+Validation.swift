import NeuralNet

extension DrawnProblem {
  // Sizes far above what is of use, at which no product of them overflows.
  static let largestWidth = 65_536
  static let mostLayers = 16
  static let largestCount = 1 << 24
  static let largestBudget = 1_000_000_000

  /// Checks that each property is in its range and suits the family.
  ///
  /// - Throws: ``DrawnProblemError`` for the first that is not.
  public func validate() throws(DrawnProblemError) {
    let isRegression = family.isRegression
    try Self.check(
      isRegression ? classes == 0 : classes >= 2, "classes", classes,
      isRegression ? "0" : "at least 2")
    try Self.check((2...Self.largestWidth).contains(inputs), "inputs", inputs, "2 to \(Self.largestWidth)")
    try Self.checkCount("trainCount", trainCount)
    try Self.checkCount("validationCount", validationCount)
    try Self.checkCount("testCount", testCount)
    try Self.check((0...1).contains(labelNoise), "labelNoise", labelNoise, "in [0, 1]")
    try Self.check(
      conditioning >= 1 && conditioning.isFinite, "conditioning", conditioning, "at least 1")
    try Self.check((0...50).contains(imbalance), "imbalance", imbalance, "in [0, 50]")
    try Self.checkCount("batchSize", batchSize)
    try Self.check(
      (1...Self.largestBudget).contains(stepBudget), "stepBudget", stepBudget, "1 to \(Self.largestBudget)")
    try Self.check(
      usualLearningRate > 0 && usualLearningRate.isFinite, "usualLearningRate", usualLearningRate,
      "positive")
    try family.rule.validate(self)
    try validateNetwork()
    try Self.check(optimizer)
  }

  private func validateNetwork() throws(DrawnProblemError) {
    try Self.check(
      (0...Self.mostLayers).contains(network.layers), "network.layers", network.layers,
      "0 to \(Self.mostLayers)")
    try Self.check(
      (1...Self.largestWidth).contains(network.width), "network.width", network.width,
      "1 to \(Self.largestWidth)")
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

  static func check(_ optimizer: Optimizer.Configuration) throws(DrawnProblemError) {
    do { try optimizer.validate() } catch {
      throw .badValue(name: "optimizer", value: optimizer.name, allowed: "valid: \(error)")
    }
  }

  private static func checkCount(_ name: String, _ count: Int) throws(DrawnProblemError) {
    try check((1...largestCount).contains(count), name, count, "1 to \(largestCount)")
  }

  static func check(
    _ isAllowed: Bool, _ name: String, _ value: some CustomStringConvertible, _ allowed: String
  ) throws(DrawnProblemError) {
    guard isAllowed else { throw .badValue(name: name, value: value.description, allowed: allowed) }
  }
}
