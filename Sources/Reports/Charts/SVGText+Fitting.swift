extension SVGText {
  /// Where a text is cut that has too little room.
  enum Cut: CaseIterable {
    case end, middle, start
  }

  /// `text`, or as much of it as fits with an ellipsis.
  ///
  /// - Parameters:
  ///   - text: One line.
  ///   - room: The room in pixels.
  ///   - size: The font size in pixels.
  ///   - cut: Where the ellipsis stands; at the end by default.
  /// - Returns: A line that fits.
  static func fitted(_ text: String, width room: Double, size: Double, cut: Cut = .end) -> String {
    guard width(text) * size > room else { return text }
    var rest = text[...]
    var (head, tail, used) = ("", "", width(of: "…"))
    while !rest.isEmpty {
      let isTail = cut == .start || (cut == .middle && head.count > tail.count)
      let next = isTail ? rest.removeLast() : rest.removeFirst()
      used += width(of: next)
      if used * size > room { break }
      if isTail { tail = "\(next)\(tail)" } else { head.append(next) }
    }
    while head.last?.isWhitespace == true { head.removeLast() }
    return head + "…" + tail.drop(while: \.isWhitespace)
  }

  /// `names`, each cut to its room; all of them at the end, in the middle or at the start, wherever most stay distinct.
  ///
  /// - Parameters:
  ///   - names: One line each.
  ///   - rooms: The room of each in pixels.
  ///   - size: The font size in pixels.
  /// - Returns: Lines that fit.
  static func fitted(_ names: [String], widths rooms: [Double], size: Double) -> [String] {
    let choices = Cut.allCases.map { cut in
      zip(names, rooms).map { fitted($0, width: $1, size: size, cut: cut) }
    }
    return choices.max { Set($0).count < Set($1).count } ?? names
  }
}
