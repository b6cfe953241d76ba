import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@testable import Reports

@Suite("Heat maps")
struct HeatMapTests {
  static let axis = ChartAxis("Learning rate", scale: .logarithmic)

  static func figure(_ maps: [HeatMap], marks: [String] = ["not reached", "diverged"]) -> HeatMapFigure {
    HeatMapFigure(
      title: "Steps & more", note: "a note", measure: ChartAxis("Steps", scale: .logarithmic), marks: marks,
      maps: maps)
  }

  static func map(_ cells: [[HeatMap.Cell]], title: String = "LeNet") -> HeatMap {
    HeatMap(
      title: title, rows: cells.indices.map { "row \($0)" }, horizontal: axis,
      columns: cells[0].indices.map { pow(10, Double($0) - 3) }, cells: cells)
  }

  /// The class of every rectangle with its left and right edge.
  static func rectangles(_ svg: String) throws -> [(style: String, left: Double, right: Double)] {
    final class Reader: NSObject, XMLParserDelegate {
      var found: [(style: String, left: Double, right: Double)] = []
      func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
      ) {
        guard name == "rect", let width = attributes["width"].flatMap(Double.init) else { return }
        let left = attributes["x"].flatMap(Double.init) ?? 0
        found.append((attributes["class"] ?? "", left, left + width))
      }
    }
    let reader = Reader()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = reader
    try #require(parser.parse())
    return reader.found
  }

  @Test("Low numbers have the first colour, high ones the last, and cases without a number none")
  func colours() throws {
    let svg = Self.figure([Self.map([[.value(10), .value(31), .value(100), .mark(0), .mark(1)]])]).svg
    // The ground, nine colours of the legend and two of its marks come first.
    let cells = try Self.rectangles(svg).dropFirst(12).map(\.style)
    #expect(cells == ["h0", "h4", "h8", "cell", "cell"])
  }

  @Test("Cells lie side by side inside the picture, whatever their number", arguments: [1, 2, 48, 400])
  func places(columns: Int) throws {
    let cells = (0..<columns).map { HeatMap.Cell.value(Double($0 + 1)) }
    let map = HeatMap(
      title: "", rows: ["a row with quite a long name"], horizontal: Self.axis,
      columns: (0..<columns).map { pow(1.01, Double($0)) }, cells: [cells])
    let found = try Self.rectangles(Self.figure([map]).svg).dropFirst(12)
    #expect(found.count == columns)
    for (one, next) in zip(found, found.dropFirst()) { #expect(one.right <= next.left + 0.02) }
    #expect(found.allSatisfy { $0.left >= 0 && $0.right <= 960 && $0.right > $0.left })
  }

  @Test("Title, note, axis, rows, legend and every panel's title can be read, none outside the picture")
  func texts() throws {
    let map = Self.map([[.value(3), .mark(1)], [.mark(0), .mark(0)]], title: "LeNet x2.0")
    let picture = try Picture(Self.figure([map, Self.map([[.value(5)]], title: "LeNet x0.5")]).svg)
    let texts = picture.texts.map(\.text)
    for text in [
      "Steps & more", "a note", "Steps", "not reached", "diverged", "row 0", "row 1", "Learning rate",
      "LeNet x2.0", "LeNet x0.5",
    ] {
      #expect(texts.contains(text), "\(text)")
    }
    for text in picture.texts { #expect(text.left >= -2 && text.right <= 962, "\(text)") }
    #expect(picture.numbers.allSatisfy { $0.isFinite })
  }

  @Test("Names that are too long are cut where they stay distinct")
  func longNames() throws {
    let names = [0.0025, 0.01, 0.04, 0.08].map { "controller with averages on schedule-free-adamw \($0)" }
    let map = HeatMap(
      title: "", rows: names.map { "\($0) over thousands of problems" }, columnNames: names,
      cells: names.map { _ in names.map { _ in .value(1) } })
    let picture = try Picture(Self.figure([map]).svg)
    let cut = picture.texts.map(\.text).filter { $0.contains("…") }
    #expect(cut.count == 8)
    #expect(Set(cut).count == 8, "\(cut)")
    for text in picture.texts where !text.isRotated {
      #expect(text.left >= -2 && text.right <= 962, "\(text)")
    }
  }

  @Test(
    "A text is cut at the end, in the middle or at the start",
    arguments: [(SVGText.Cut.end, "abcd…"), (.middle, "ab…ho"), (.start, "…egho")])
  func cut(_ cut: SVGText.Cut, expected: String) {
    // Four letters of 0.64 and the ellipsis of 1.02 make 3.58.
    #expect(SVGText.fitted("abcdegho", width: 36, size: 10, cut: cut) == expected)
  }

  @Test("A map in which everything failed, or all is equal, is still a picture")
  func extremes() throws {
    for cells in [[[HeatMap.Cell.mark(1), .mark(0)]], [[.value(7), .value(7)]]] {
      let picture = try Picture(Self.figure([Self.map(cells)]).svg)
      #expect(picture.numbers.allSatisfy { $0.isFinite })
    }
  }

  @Test("Every colour differs from both grounds by a contrast of 1.3 and more, and grows darker")
  func contrast() {
    let values = HeatMapStyle.colours.map(luminance)
    for (light, dark) in zip(values, values.dropFirst()) { #expect(light > dark) }
    for value in values {
      for ground in [luminance("#ffffff"), luminance("#16181c")] {
        #expect(Self.ratio(value, ground) >= 1.3)
      }
    }
  }

  @Test("Numbers have a contrast of 4.5 and more to the colour of their cell, on both grounds")
  func numberContrast() {
    for (index, colour) in HeatMapStyle.colours.enumerated() {
      let style = HeatMapStyle.numberClass(index, .sequential)
      let text = style.contains("black") ? "#111111" : "#ffffff"
      #expect(Self.ratio(luminance(colour), luminance(text)) >= 4.5, "\(index)")
    }
    for (index, colour) in HeatMapStyle.diverging.enumerated() {
      let isFar = HeatMapStyle.numberClass(index, .diverging).contains("far")
      let (light, dark) = isFar ? ("#ffffff", "#111111") : ("#222222", "#e6e6e6")
      #expect(Self.ratio(luminance(colour.light), luminance(light)) >= 4.5, "\(index)")
      #expect(Self.ratio(luminance(colour.dark), luminance(dark)) >= 4.5, "\(index), dark")
    }
  }

  @Test("Colours that diverge change in lightness away from the middle on both sides")
  func divergingLightness() {
    for colours in [HeatMapStyle.diverging.map(\.light), HeatMapStyle.diverging.map(\.dark)] {
      let distances = colours.map { abs(luminance($0) - luminance(colours[4])) }
      #expect(zip(distances[0...4], distances[1...4]).allSatisfy(>))
      #expect(zip(distances[4...8], distances[5...8]).allSatisfy(<))
    }
  }

  static func ratio(_ first: Double, _ second: Double) -> Double {
    (max(first, second) + 0.05) / (min(first, second) + 0.05)
  }

  /// Relative luminance (WCAG 2.1).
  func luminance(_ colour: String) -> Double {
    let value = Int(colour.dropFirst(), radix: 16) ?? 0
    let parts = [value >> 16, value >> 8 & 255, value & 255].map { part in
      let share = Double(part) / 255
      return share <= 0.03928 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
  }
}
