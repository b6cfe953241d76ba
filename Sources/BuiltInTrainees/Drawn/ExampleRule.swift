/// How one family makes examples.
protocol ExampleRule {
  static var isRegression: Bool { get }
  /// Whether the family is kept from training, to measure what a controller does on problems of another kind.
  static var isHeldOut: Bool { get }
  /// Whether the inputs are always rotated, because the rule uses only the first of them.
  static var isAlwaysRotated: Bool { get }
  /// Whether the inputs are pictures, on which a convolution makes sense.
  static var allowsConvolutions: Bool { get }
  /// Samples how many inputs a problem has.
  static func sampleInputs(using random: inout DrawnRandom) -> Int
  /// Samples how many classes a problem has; not called for a regression.
  static func sampleClasses(using random: inout DrawnRandom) -> Int
  /// Checks what the family asks of a problem beyond at least two inputs and two classes.
  static func validate(_ problem: DrawnProblem) throws(DrawnProblemError)
  /// Fills the inputs, and the labels or the targets.
  static func fill(_ sheet: ExampleSheet, using random: inout DrawnRandom)
}

extension ExampleRule {
  static var isRegression: Bool { false }
  static var isHeldOut: Bool { false }
  static var isAlwaysRotated: Bool { false }
  static var allowsConvolutions: Bool { false }
  static func sampleInputs(using random: inout DrawnRandom) -> Int { defaultInputs(using: &random) }
  static func sampleClasses(using random: inout DrawnRandom) -> Int { defaultClasses(using: &random) }
  static func validate(_ problem: DrawnProblem) throws(DrawnProblemError) {}
}

extension ExampleRule {
  static func defaultInputs(using random: inout DrawnRandom) -> Int { random.logUniform(in: 8...64) }
  static func defaultClasses(using random: inout DrawnRandom) -> Int {
    random.chance(0.3) ? 2 : random.logUniform(in: 3...20)
  }
}
