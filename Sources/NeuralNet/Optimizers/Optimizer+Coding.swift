/// In JSON a method is an object with one key, its name, whose value holds the constants: `{"sgd":{}}`,
/// `{"rmsprop":{"alpha":0.99,"epsilon":1e-08}}`. The base of a method stands among its constants, under
/// `base`.
extension Optimizer.Configuration: Codable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
    static let base = Key("base")
  }

  /// Reads a method; constants that are not there have their defaults.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    guard let key = container.allKeys.first, container.allKeys.count == 1 else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "An optimizer is an object with one key."))
    }
    var rule = try Self(name: key.stringValue).rule
    let values = try container.nestedContainer(keyedBy: Key.self, forKey: key)
    let constants = rule.constantList
    if rule.base != nil, let base = try values.decodeIfPresent(Self.self, forKey: .base) { rule.base = base }
    for given in values.allKeys where rule.base == nil || given.stringValue != Key.base.stringValue {
      guard let place = constants.firstIndex(where: { $0.key == given.stringValue }) else {
        throw OptimizerError.unknownConstant(
          method: key.stringValue, constant: given.stringValue, known: constants.map(\.key))
      }
      rule = rule.with(try values.decode(Double.self, forKey: given), at: place)
    }
    self.init(rule)
  }

  /// Writes a method with all its constants.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    var values = container.nestedContainer(keyedBy: Key.self, forKey: Key(type(of: rule).name))
    for constant in rule.constantList { try values.encode(constant.value, forKey: Key(constant.key)) }
    try values.encodeIfPresent(base, forKey: .base)
  }
}
