/// Colours, dashes and letters of charts.
///
/// The colours keep the order of Okabe and Ito (2008, "Color Universal Design"), which people with colour-blindness
/// tell apart, darkened on white and lightened on black to a contrast of 3 to 1 and more. Dashes differ as well, so
/// that a print in grey stays readable.
enum ChartStyle {
  /// Colours of the lines on a light and on a dark ground.
  static let palette: [(light: String, dark: String)] = [
    ("#0072b2", "#56b4e9"),
    ("#c94f00", "#ff9a4d"),
    ("#00805f", "#2fd0a2"),
    ("#a8487f", "#eaa0cb"),
    ("#8a6d00", "#f0d04a"),
    ("#3d3d9e", "#a7a9ff"),
    ("#555555", "#c8c8c8"),
  ]

  /// Lengths of dashes and gaps in pixels; the first is a full line.
  ///
  /// Their number and that of the colours have no common divisor, so that the pairs repeat late.
  static let dashes = ["", "7 3", "2 2.5", "9 3 2 3", "12 4"]

  /// The classes of a line, by its place in the legend.
  static func lineClass(_ index: Int, _ emphasis: ChartSeries.Emphasis = .usual) -> String {
    let colour = "c\(index % palette.count)"
    return switch emphasis {
    case .faint: "\(colour) faint"
    case .usual: "\(colour) d\(index % dashes.count)"
    case .strong: "\(colour) strong"
    }
  }

  /// The style sheet of every chart, the same for all, so that several fit in one page.
  static let sheet: String = {
    var rules = [
      "\(root) text{font-family:system-ui,-apple-system,\"Segoe UI\",Helvetica,Arial,sans-serif;fill:#222}",
      "\(root) .ground{fill:#fff}",
      "\(root) .title{font-size:15px;font-weight:600}",
      "\(root) .panel{font-size:13px;font-weight:600}",
      "\(root) .note,\(root) .key,\(root) .axis{font-size:12px}",
      "\(root) .tick{font-size:11px}",
      "\(root) .note,\(root) .tick,\(root) .empty{fill:#555}",
      "\(root) .empty{font-size:12px}",
      "\(root) .grid{stroke:#e4e4e4;stroke-width:1;fill:none}",
      "\(root) .frame{stroke:#555;stroke-width:1;fill:none}",
      "\(root) .line{fill:none;stroke-width:1.8;stroke-linejoin:round}",
      "\(root) .many{stroke-width:1.1;opacity:.8}",
      "\(root) .faint{stroke-width:1;opacity:.55}",
      "\(root) .strong{stroke-width:3.2}",
      "\(root) .dot{stroke:none}",
      "\(root) .band{stroke:none;fill-opacity:.18}",
    ]
    for (index, dash) in dashes.enumerated() where !dash.isEmpty {
      rules.append("\(root) .d\(index){stroke-dasharray:\(dash)}")
    }
    rules += palette.enumerated().map { colourRules($0, $1.light) }
    let dark =
      [
        "\(root) text{fill:#e6e6e6}",
        "\(root) .ground{fill:#16181c}",
        "\(root) .note,\(root) .tick,\(root) .empty{fill:#a8adb5}",
        "\(root) .grid{stroke:#30343b}",
        "\(root) .frame{stroke:#8b9098}",
        "\(root) .band{fill-opacity:.25}",
      ] + palette.enumerated().map { colourRules($0, $1.dark) }
    return rules.joined(separator: "\n")
      + "\n@media (prefers-color-scheme:dark){\n" + dark.joined(separator: "\n") + "\n}"
  }()

  private static let root = ".metalr-chart"

  private static func colourRules(_ index: Int, _ colour: String) -> String {
    "\(root) .line.c\(index){stroke:\(colour)}\(root) .band.c\(index),\(root) .dot.c\(index){fill:\(colour)}"
  }
}
