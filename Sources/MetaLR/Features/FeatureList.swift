/// The features that a controller sees, in order, before normalization.
///
/// A checkpoint keeps their names; a name that this build does not know is refused.
public struct FeatureList: Sendable, Equatable {
  /// The features' names, in order.
  public let names: [String]
  private let features: [Feature]

  /// The features of these names.
  ///
  /// - Throws: ``ConfigurationError`` for a name that this build does not know, a name that comes twice, or no name at all.
  public init(names: [String]) throws(ConfigurationError) {
    var features: [Feature] = []
    for name in names {
      guard let feature = Feature.byName[name] else {
        throw ConfigurationError(
          name: "feature", value: "'\(name)'",
          expected: "a name that this version of metalr knows, or upgrade it")
      }
      features.append(feature)
    }
    guard !names.isEmpty, Set(names).count == names.count else {
      throw ConfigurationError(
        name: "list of features", value: "\(names)", expected: "at least one, each once")
    }
    self.init(features)
  }

  init(_ features: [Feature]) {
    self.features = features
    names = features.map(\.name)
  }

  /// How many features there are.
  public var count: Int { features.count }

  /// The features, in order.
  public var all: [Feature] { features }

  /// Whether any of them is about more than the latest reading.
  public var looksBack: Bool { !Set(names).isSubset(of: Feature.paperFeatures.map(\.name)) }

  /// The values after the latest reading, in the order of ``names``; nil where a feature is absent.
  public func values(of history: RunHistory) -> [Float?] {
    features.map { feature in feature.value(of: history).map { Float($0) } }
  }

  /// Whether two lists have the same features in the same order.
  public static func == (left: FeatureList, right: FeatureList) -> Bool { left.names == right.names }
}

extension FeatureList {
  /// The paper's seven features (Xu and others, 2019, section 3.1).
  public static let paper = FeatureList(Array(Feature.paperFeatures.dropLast()))
  /// The paper's seven and the training's progress, without which a feed-forward actor cannot tell the beginning of a run
  /// from its end.
  public static let extended = FeatureList(Feature.paperFeatures)
  /// Features without a scale of their own, for any training.
  public static let universal = FeatureList(
    [Feature.byName["progress"]].compactMap(\.self) + Feature.lossFeatures + Feature.gradientFeatures
      + Feature.rateFeatures + Feature.presenceFeatures)
  /// Progress, rate and sizes alone: what a controller can do without reading the run.
  public static let blind = FeatureList(
    [Feature.byName["progress"]].compactMap(\.self) + Feature.rateFeatures)

  /// The lists that have a name.
  public static let presets: KeyValuePairs<String, FeatureList> = [
    "paper": .paper, "extended": .extended, "universal": .universal, "blind": .blind,
  ]

  /// The name of a preset with these features; nil for a list of one's own.
  public var presetName: String? { Self.presets.first { $0.value == self }?.key }

  /// The preset of this name.
  ///
  /// - Throws: ``ConfigurationError`` where there is none.
  public init(preset name: String) throws(ConfigurationError) {
    guard let preset = Self.presets.first(where: { $0.key == name })?.value else {
      let names = Self.presets.map(\.key).joined(separator: ", ")
      throw ConfigurationError(name: "feature list", value: "'\(name)'", expected: "one of \(names)")
    }
    self = preset
  }
}

/// The paper's two lists, which never change, are written by their names, others name by name.
extension FeatureList: Codable {
  /// Reads a preset's name, or names of features.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let name = try? container.decode(String.self) {
      try self.init(preset: name)
    } else {
      try self.init(names: container.decode([String].self))
    }
  }

  /// Writes the name of `paper` or `extended`, or the names of the features.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let name = presetName, self == .paper || self == .extended {
      try container.encode(name)
    } else {
      try container.encode(names)
    }
  }
}
