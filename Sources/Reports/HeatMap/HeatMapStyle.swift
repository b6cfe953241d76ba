/// Colours and marks of heat maps.
///
/// The colours run from blue over green to yellow in steps of even lightness, which stay in order also for people with
/// colour-blindness and in a grey print (the idea of viridis, Smith and van der Walt, 2015). Both ends differ from white
/// and from black.
enum HeatMapStyle {
  /// From the lowest numbers to the highest.
  static let colours = [
    "#f4dc4e", "#b9d34b", "#7fc35c", "#4fae70", "#33967f", "#2c7d89", "#34648c", "#414a86", "#472f75",
  ]

  static let sheet: String = {
    let root = ".metalr-chart"
    let rules =
      colours.enumerated().map { "\(root) .h\($0){fill:\($1)}" } + [
        "\(root) .mark{stroke:#6b6b6b;stroke-width:1.4;fill:none}",
        "\(root) .cell{fill:#f1f1f1}",
      ]
    return rules.joined(separator: "\n")
      + "\n@media (prefers-color-scheme:dark){\n\(root) .mark{stroke:#b4b9c1}\n\(root) .cell{fill:#22262c}\n}"
  }()

  /// The class of a number by its place on the scale, from 0 to 1.
  static func colourClass(_ share: Double) -> String {
    "h\(min(max(Int(share * Double(colours.count)), 0), colours.count - 1))"
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
