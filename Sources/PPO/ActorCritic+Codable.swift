/// Parameters survive bit for bit: Swift prints and reads the shortest decimal number that rounds back.
extension ActorCritic: Codable {
  private enum CodingKeys: String, CodingKey {
    case configuration, actorParameters, criticParameters
  }

  /// Reads a policy, checking it as ``init(configuration:actorParameters:criticParameters:)`` does.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      configuration: container.decode(Configuration.self, forKey: .configuration),
      actorParameters: container.decode([Float].self, forKey: .actorParameters),
      criticParameters: container.decode([Float].self, forKey: .criticParameters))
  }

  /// Writes configuration and parameters.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(configuration, forKey: .configuration)
    try container.encode(actorParameters, forKey: .actorParameters)
    try container.encode(criticParameters, forKey: .criticParameters)
  }
}
