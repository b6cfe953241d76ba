/// What a client asks for when it has a controller trained.
struct TrainingRequest: Codable, Sendable, Equatable {
  /// What the controller will be called.
  var name: String
  /// Training episodes.
  var episodes: Int
  /// Sampled problems; nil for the built-in distribution, or where there is a trainee.
  var problems: Problems?
  /// A trainee that the operator allowed, by its name; nil for sampled problems.
  var trainee: String?
  var seed: UInt64?
  /// The optimizer of sampled problems.
  var optimizer: String?
  /// `universal` for wide sampled problems, `quick` or `paper` for a trainee.
  var preset: String?
  /// Optimizer steps of a trainee's run.
  var steps: Int?
  /// Steps between two decisions in a trainee's run.
  var interval: Int?
  /// Held-out seeds of the test on a trainee; 0, the default, for no test.
  var seeds: Int?

  /// Problems to sample from, as in a file of `metalr train-controller --problems`.
  struct Problems: Codable, Sendable, Equatable {
    struct Drawn: Codable, Sendable, Equatable {
      var budgets: [Int]?
      var widths: [Int]?
      var layers: [Int]?
      var initialScales: [Double]?
      var batchSizes: [Int]?
      var trainCounts: [Int]?
      var validationCount: Int?
      var optimizer: String?
      var operations: Double?
      var reach: Double?
      var convolutions: Double?
      var images: Double?
      var regularization: Double?
      var averaging: Double?
    }

    var drawn: Drawn
  }

  private static let mostSeeds = 100
  private static let mostOperations = 1e9
  /// The cap of a range that gives none; see `DrawnRange.operations`.
  private static let usualOperations = 200e6
  /// Entries of a list to choose from.
  private static let mostChoices = 32
  private static let largestWidth = 1024
  private static let largestBatch = 4096
  private static let mostLayers = 16
  private static let mostExamples = 65_536

  /// Checks what this service allows; the rest is checked by the worker.
  ///
  /// - Throws: ``ServiceError`` that names what is out of its range.
  func validate(_ limits: ServiceConfiguration.Trainings) throws(ServiceError) {
    guard RunRequest.isLabelKey(name), !name.hasPrefix("."), !name.hasPrefix("-") else {
      throw .invalid(
        "name is '\(name.prefix(64))'.",
        remedy: "Use 1 to 64 letters, digits, '.', '_' and '-', and begin with none of '.' and '-'.")
    }
    try Self.check("episodes", episodes, 1...limits.episodes)
    try Self.check("steps", steps, 1...limits.steps)
    try Self.check("interval", interval, 1...(steps ?? limits.steps))
    try Self.check("seeds", seeds, 0...Self.mostSeeds)
    if let trainee {
      guard limits.trainees[trainee] != nil else {
        let names = limits.trainees.keys.sorted().joined(separator: ", ")
        throw .invalid(
          "There is no trainee '\(trainee.prefix(64))'.",
          remedy: names.isEmpty
            ? "Leave trainee out: the operator has allowed none." : "Choose from: \(names).")
      }
      try Self.check(preset, among: ["quick", "paper"])
      try Self.refuse(
        [("problems", problems != nil), ("optimizer", optimizer != nil)], "a training on sampled problems")
    } else {
      try Self.check(preset, among: ["universal"])
      try Self.refuse(
        [("steps", steps != nil), ("interval", interval != nil), ("seeds", seeds != nil)],
        "a training with a trainee")
      try validate(problems?.drawn, limits)
    }
  }

  private func validate(
    _ drawn: Problems.Drawn?, _ limits: ServiceConfiguration.Trainings
  ) throws(ServiceError) {
    for budget in drawn?.budgets ?? [] { try Self.check("problems.drawn.budgets", budget, 1...limits.steps) }
    try Self.check("problems.drawn.widths", drawn?.widths, 1...Self.largestWidth)
    for count in drawn?.layers ?? [] { try Self.check("problems.drawn.layers", count, 0...Self.mostLayers) }
    try Self.check("problems.drawn.batchSizes", drawn?.batchSizes, 1...Self.largestBatch)
    for count in drawn?.trainCounts ?? [] {
      try Self.check("problems.drawn.trainCounts", count, 1...Self.mostExamples)
    }
    try Self.check("problems.drawn.validationCount", drawn?.validationCount, 1...Self.mostExamples)
    // Problems go up to `reach` times the cap, and hold that much longer.
    if let drawn, let operations = Self.largest(drawn), !(operations <= Self.mostOperations) {
      throw .invalid(
        "problems.drawn.operations times problems.drawn.reach is \(operations).",
        remedy: "Give numbers whose product is at most \(Int(Self.mostOperations)).")
    }
  }

  /// The operations of the largest problem, where any is given: those of the built-in range count for what is left out.
  private static func largest(_ drawn: Problems.Drawn) -> Double? {
    guard drawn.operations != nil || drawn.reach != nil else { return nil }
    return (drawn.operations ?? usualOperations) * (drawn.reach ?? 1)
  }

  private static func check(
    _ name: String, _ choices: [Int]?, _ range: ClosedRange<Int>
  ) throws(ServiceError) {
    for choice in choices ?? [] { try check(name, choice, range) }
    try check("the number of \(name)", choices?.count, 1...mostChoices)
  }

  private static func check(_ name: String, _ value: Int?, _ range: ClosedRange<Int>) throws(ServiceError) {
    guard let value, !range.contains(value) else { return }
    throw .invalid(
      "\(name) is \(value).", remedy: "Give a whole number from \(range.lowerBound) to \(range.upperBound).")
  }

  private static func check(_ preset: String?, among presets: [String]) throws(ServiceError) {
    guard let preset, !presets.contains(preset) else { return }
    throw .invalid(
      "preset is '\(preset.prefix(64))'.",
      remedy: "Give \(presets.joined(separator: " or ")), or leave it out.")
  }

  private static func refuse(_ options: [(String, Bool)], _ what: String) throws(ServiceError) {
    guard let option = options.first(where: \.1)?.0 else { return }
    throw .invalid("\(option) is for \(what).", remedy: "Leave \(option) out.")
  }
}
