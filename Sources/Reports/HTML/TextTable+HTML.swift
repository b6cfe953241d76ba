extension TextTable {
  /// Head and body of an HTML table; numbers are flush right, and an empty row keeps its height.
  var htmlRows: String {
    func line(_ texts: [String], _ tag: String) -> String {
      zip(columns, texts).map { column, text in
        let style = column.alignment == .right ? " class=\"number\"" : ""
        return "<\(tag)\(style)>\(SVGText.escaped(text))</\(tag)>"
      }
      .joined()
    }
    let body = rows.map { row in
      row.allSatisfy(\.isEmpty)
        ? "<tr class=\"gap\"><td colspan=\"\(columns.count)\"></td></tr>\n" : "<tr>\(line(row, "td"))</tr>\n"
    }
    return "<thead><tr>\(line(columns.map(\.title), "th"))</tr></thead>\n<tbody>\n\(body.joined())</tbody>"
  }
}
