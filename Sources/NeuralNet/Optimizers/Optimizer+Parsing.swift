extension Optimizer.Configuration: CustomStringConvertible {
  /// Reads a method with constants, such as `schedule-free-adamw:beta=0.95,beta2=0.99`.
  ///
  /// - Parameter text: `NAME` or `NAME:CONSTANT=NUMBER,...`; constants that are not named keep their
  ///   defaults. A method around another one is followed by `+` and that one:
  ///   `mechanic:decay=0+adam:beta1=0.95`.
  /// - Throws: ``OptimizerError`` when the name or a constant is unknown, or a value is out of range.
  public init(parsing text: String) throws(OptimizerError) {
    try self.init(unchecked: Self.parts(of: text)[...])
    try validate()
  }

  private init(unchecked texts: ArraySlice<String>) throws(OptimizerError) {
    let text = texts.first ?? ""
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    var rule = try Self(name: String(parts.first ?? "")).rule
    if texts.count > 1 {
      guard rule.base != nil else { throw .unknownName(texts.joined(separator: "+")) }
      // A base of a base is refused here, so that a long text does not nest as deep as it is long.
      guard texts.count == 2 else {
        throw .badBase(method: type(of: rule).name, base: texts.dropFirst().prefix(2).joined(separator: "+"))
      }
      rule.base = try Self(unchecked: texts.dropFirst())
    }
    let constants = rule.constantList
    var seen: Set<String> = []
    let assignments = parts.count > 1 ? parts[1].split(separator: ",", omittingEmptySubsequences: false) : []
    for assignment in assignments {
      let sides = assignment.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2, let value = Double(sides[1]), seen.insert(sides[0].lowercased()).inserted else {
        throw .badSyntax(method: type(of: rule).name, part: String(assignment))
      }
      guard let place = constants.firstIndex(where: { $0.name == sides[0].lowercased() }) else {
        throw .unknownConstant(
          method: type(of: rule).name, constant: String(sides[0]), known: constants.map(\.name))
      }
      rule = rule.with(value, at: place)
    }
    self.init(rule)
  }

  /// The methods of a text, the outermost first; a `+` before a digit belongs to a number such as 1e+3.
  private static func parts(of text: String) -> [String] {
    var parts = [""]
    for (place, character) in zip(text.indices, text) {
      let next = text.index(after: place)
      if character == "+", next == text.endIndex || !text[next].isNumber {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
    }
    return parts
  }

  /// The method in the form that ``init(parsing:)`` reads, with the constants that differ from their
  /// defaults.
  public var description: String {
    let changed = constants.filter { $0.value != $0.defaultValue }
    let own =
      type(of: rule).name
      + (changed.isEmpty ? "" : ":" + changed.map { "\($0.name)=\($0.value)" }.joined(separator: ","))
    return own + (base.map { "+\($0)" } ?? "")
  }
}
