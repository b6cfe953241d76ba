import Foundation

/// Finds lines that lie on one another, of which a reader sees only the last.
struct CoincidingLines {
  /// Points that differ by less than this share of the picture's height look the same.
  private static let tolerance = 0.002

  private let panels: [LineChart]
  private let heights: [Double]

  init(_ panels: [LineChart]) {
    self.panels = panels
    heights = panels.map { panel in
      guard let extent = DataExtent(of: panel).y else { return 1 }
      let height = Self.place(extent.highest, panel) - Self.place(extent.lowest, panel)
      return height.isFinite && height > 0 ? height : 1
    }
  }

  /// For each name, the first name before it whose lines are the same in every panel; nil where there is
  /// none.
  func covered(_ names: [String]) -> [String?] {
    let lines = names.map { name in panels.map { panel in panel.series.filter { $0.name == name } } }
    return names.indices.map { index in
      (0..<index).first { isSame(lines[$0], lines[index]) }.map { names[$0] }
    }
  }

  private func isSame(_ first: [[ChartSeries]], _ second: [[ChartSeries]]) -> Bool {
    guard second.contains(where: { $0.contains { !$0.x.isEmpty } }) else { return false }
    return panels.indices.allSatisfy { panel in
      first[panel].count == second[panel].count
        && zip(first[panel], second[panel]).allSatisfy { isSame($0, $1, panel) }
    }
  }

  private func isSame(_ first: ChartSeries, _ second: ChartSeries, _ panel: Int) -> Bool {
    first.x == second.x
      && zip(first.y, second.y).allSatisfy { one, other in
        let (one, other) = (Self.place(one, panels[panel]), Self.place(other, panels[panel]))
        return one == other || abs(one - other) <= Self.tolerance * heights[panel]
          || !one.isFinite && !other.isFinite
      }
  }

  private static func place(_ value: Double, _ panel: LineChart) -> Double {
    panel.vertical.scale == .linear ? value : value > 0 ? log10(value) : .nan
  }
}
