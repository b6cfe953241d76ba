/// Colours and marks of heat maps.
///
/// The colours run from blue over green to yellow in steps of even lightness, which stay in order also for
/// people with colour-blindness and in a grey print (the idea of viridis, Smith and van der Walt, 2015). Both
/// ends differ from white and from black.
enum HeatMapStyle {
  /// From the lowest numbers to the highest.
  static let colours = [
    "#f4dc4e", "#b9d34b", "#7fc35c", "#4fae70", "#33967f", "#2c7d89", "#34648c", "#414a86", "#472f75",
  ]

  /// From the lowest numbers over zero to the highest: blue and red differ in lightness from the middle alike
  /// (the idea of ColorBrewer's RdBu), and the middle is near the ground.
  static let diverging: [(light: String, dark: String)] = [
    ("#2166ac", "#7ab8f5"), ("#377ab0", "#5493cf"), ("#93c1de", "#3b6a99"), ("#d0e3ef", "#2d4762"),
    ("#f0f0f0", "#2c3036"), ("#fbdac8", "#5c3b30"), ("#f0a582", "#8f5038"), ("#c4503f", "#c86a47"),
    ("#a01828", "#f5905c"),
  ]

  static let sheet: String = {
    let root = ".metalr-chart"
    let rules =
      diverging.enumerated().map { "\(root) .v\($0){fill:\($1.light)}" }
      + [
        "\(root) .number{font-size:11px}", "\(root) .far,\(root) .white{fill:#fff}",
        "\(root) .black{fill:#111}",
      ]
      + colours.enumerated().map { "\(root) .h\($0){fill:\($1)}" } + [
        "\(root) .mark{stroke:#6b6b6b;stroke-width:1.4;fill:none}",
        "\(root) .cell{fill:#f1f1f1}",
      ]
    return rules.joined(separator: "\n")
      + "\n@media (prefers-color-scheme:dark){\n\(root) .mark{stroke:#b4b9c1}\n\(root) .cell{fill:#22262c}\n"
      + diverging.enumerated().map { "\(root) .v\($0){fill:\($1.dark)}\n" }.joined()
      + "\(root) .far{fill:#111}\n}"
  }()

  /// The classes of the colours, from the lowest to the highest.
  static func classes(_ kind: HeatMapFigure.Palette) -> [String] {
    switch kind {
    case .sequential: colours.indices.map { "h\($0)" }
    case .diverging: diverging.indices.map { "v\($0)" }
    }
  }

  /// The place among the colours of a number by its place on the scale, from 0 to 1.
  static func colourIndex(_ share: Double) -> Int {
    min(max(Int(share * Double(colours.count)), 0), colours.count - 1)
  }

  /// The class of a number's text on its colour.
  static func numberClass(_ index: Int, _ kind: HeatMapFigure.Palette) -> String {
    switch kind {
    case .sequential: index <= 4 ? "number black" : "number white"
    case .diverging: (2...6).contains(index) ? "number" : "number far"
    }
  }

  /// The path of a mark around the middle of a cell: a dash, a cross or an upright.
  static func mark(_ kind: Int, x: Double, y: Double, size: Double) -> String {
    let (left, right, top, bottom) = (pixel(x - size), pixel(x + size), pixel(y - size), pixel(y + size))
    return switch kind {
    case 0: "M\(left) \(pixel(y))H\(right)"
    case 1: "M\(left) \(top)L\(right) \(bottom)M\(left) \(bottom)L\(right) \(top)"
    default: "M\(pixel(x)) \(top)V\(bottom)"
    }
  }
}
