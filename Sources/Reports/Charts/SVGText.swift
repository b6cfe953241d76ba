/// Text in SVG, where nobody measures fonts: widths are estimates on the wide side.
enum SVGText {
  /// `text` as XML character data, also inside attributes; characters that XML 1.0 forbids become U+FFFD, line breaks
  /// become spaces unless `keepingLines`.
  static func escaped(_ text: String, keepingLines: Bool = false) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\n" where keepingLines: result += "\n"
      case "\t", "\n", "\r": result += " "
      default:
        let isForbidden = scalar.value < 0x20 || (0xFFFE...0xFFFF).contains(scalar.value)
        result.unicodeScalars.append(isForbidden ? "\u{FFFD}" : scalar)
      }
    }
    return result
  }

  /// The width of `text` in units of the font size.
  static func width(_ text: String) -> Double {
    text.reduce(0) { $0 + width(of: $1) }
  }

  /// `text` broken at spaces into lines that fit; the last of `limit` lines ends in an ellipsis if need be.
  static func wrapped(_ text: String, width room: Double, size: Double, limit: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(whereSeparator: \.isWhitespace).map(String.init) {
      if let last = lines.last, width(last + " " + word) * size <= room || lines.count == limit {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(word)
      }
    }
    return lines.map { fitted($0, width: room, size: size) }
  }

  /// DejaVu Sans is among the widest of the usual sans serifs; these are its widths, rounded up by class.
  static func width(of character: Character) -> Double {
    switch character {
    case "i", "j", "l", "I", ".", ",", ":", ";", "'", "|", "!", " ", "(", ")", "[", "]", "f", "t", "r": 0.42
    case "m", "w", "M", "W", "@", "%", "…": 1.02
    case "0"..."9": 0.64
    case "A"..."Z", "×", "−", "+", "=", "<", ">": 0.82
    default: character.isASCII ? 0.64 : character.utf8.count > 2 ? 1.1 : 0.7
    }
  }
}
