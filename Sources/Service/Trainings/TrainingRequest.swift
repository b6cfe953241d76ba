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
      var optimizer: String?
      var operations: Double?
      var regularization: Double?
      var averaging: Double?
    }

    var drawn: Drawn
  }

  private static let mostSeeds = 100
  private static let mostOperations = 1e9
  private static let mostWidths = 32
  private static let largestWidth = 1024

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
    for width in drawn?.widths ?? [] { try Self.check("problems.drawn.widths", width, 1...Self.largestWidth) }
    try Self.check("the number of problems.drawn.widths", drawn?.widths?.count, 1...Self.mostWidths)
    if let operations = drawn?.operations, !(operations <= Self.mostOperations) {
      throw .invalid(
        "problems.drawn.operations is \(operations).",
        remedy: "Give a number up to \(Int(Self.mostOperations)).")
    }
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
