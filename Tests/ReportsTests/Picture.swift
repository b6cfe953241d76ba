import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@testable import Reports

/// What an XML parser finds in an SVG document.
struct Picture {
  struct Text: CustomStringConvertible {
    var text = ""
    let style: String
    let anchor: String
    let x: Double
    let y: Double
    let isRotated: Bool

    var size: Double { ["title": 15, "panel": 13, "tick": 11][style] ?? 12 }
    /// By widths of a middling font, Helvetica, so that the estimate of the drawing is not its own judge.
    var width: Double { Double(text.count) * 0.52 * size }
    var left: Double { anchor == "end" ? x - width : anchor == "middle" ? x - width / 2 : x }
    var right: Double { left + width }
    var description: String { "'\(text)' from \(left) to \(right)" }
  }

  private(set) var texts: [Text] = []
  private(set) var numbers: [Double] = []
  private(set) var lineClasses: [String] = []
  /// The paths of lines other than those in the legend.
  private(set) var dataLines: [String] = []
  private(set) var dotCount = 0

  init(_ svg: String) throws {
    let reader = Reader()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = reader
    try #require(parser.parse(), "\(String(describing: parser.parserError))")
    texts = reader.texts
    dotCount = reader.elements.count { $0.name == "circle" }
    for (name, attributes) in reader.elements {
      for key in ["x", "y", "width", "height", "cx", "cy"] {
        if let text = attributes[key] { numbers.append(Double(text) ?? .nan) }
      }
      guard name == "path", let path = attributes["d"] else { continue }
      numbers += path.split { "MLHVhvZ ".contains($0) }.map { Double($0) ?? .nan }
      let style = attributes["class"] ?? ""
      guard style.hasPrefix("line") else { continue }
      lineClasses.append(style)
      if !path.contains("h") { dataLines.append(path) }
    }
  }

  private final class Reader: NSObject, XMLParserDelegate {
    var elements: [(name: String, attributes: [String: String])] = []
    var texts: [Text] = []
    private var isInText = false

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      elements.append((name, attributes))
      guard name == "text" else { return }
      isInText = true
      texts.append(
        Text(
          style: attributes["class"] ?? "", anchor: attributes["text-anchor"] ?? "start",
          x: attributes["x"].flatMap(Double.init) ?? .nan, y: attributes["y"].flatMap(Double.init) ?? .nan,
          isRotated: attributes["transform"] != nil))
    }

    func parser(
      _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
      if name == "text" { isInText = false }
    }

    func parser(_ parser: XMLParser, foundCharacters characters: String) {
      if isInText, let last = texts.indices.last { texts[last].text += characters }
    }
  }
}
