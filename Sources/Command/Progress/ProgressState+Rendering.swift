extension ProgressState {
  private static let widestBar = 30
  private static let narrowestBar = 8

  /// One line of at most `width` columns: count, bar, then as many of the other numbers as fit.
  func bar(width: Int) -> String {
    let percent = "\(Int(fraction * 100))%"
    var texts = [count, percent]
    // With little room, a number is worth more than a bar; the time left, more than a number.
    let wanted = [timeLeft].compactMap { $0 } + details + [pace].compactMap { $0 }
    var kept: Set<String> = []
    var used = length(texts)
    for text in wanted where used + 2 + text.count <= width {
      kept.insert(text)
      used += 2 + text.count
    }
    let columns = min(Self.widestBar, width - used - 4)
    if columns >= Self.narrowestBar {
      let filled = Int((Double(columns) * fraction).rounded(.down))
      let head = filled < columns ? ">" : ""
      let body = String(repeating: "=", count: filled) + head
      texts.insert("[\(body)\(String(repeating: " ", count: columns - body.count))]", at: 1)
    }
    texts += (details + [pace, timeLeft].compactMap { $0 }).filter(kept.contains)
    return String(texts.joined(separator: "  ").prefix(width))
  }

  /// All of it as a line of text, for a log.
  var line: String {
    ([count, "\(Int(fraction * 100))%"] + details + [pace, timeLeft].compactMap { $0 }).joined(
      separator: ", ")
  }

  private func length(_ texts: [String]) -> Int {
    texts.reduce(-2) { $0 + 2 + $1.count }
  }
}
