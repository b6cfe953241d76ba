import Files

/// A report in one HTML file that needs nothing else: texts, tables and pictures.
///
/// It follows the reader's light or dark preference and prints well. All texts are escaped.
public struct HTMLReport: Sendable {
  /// One part of a report.
  public enum Block: Sendable {
    /// A heading of the second level.
    case heading(String)
    /// A paragraph of plain text.
    case paragraph(String)
    /// Text shown as it is, in letters of one width: commands and their output.
    case code(String)
    /// A table with a line that says what its numbers are; empty rows set groups apart.
    case table(TextTable, caption: String)
    /// A picture with a line that says what to see; empty for none.
    case figure(ChartFigure, caption: String)
    /// A heat map, likewise.
    case heatMap(HeatMapFigure, caption: String)
  }

  /// The title of the page and its first heading.
  public let title: String
  /// The parts in order.
  public var blocks: [Block]

  /// Creates a report.
  public init(title: String, blocks: [Block] = []) {
    self.title = title
    self.blocks = blocks
  }

  /// The page.
  public var html: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width,initial-scale=1">
    <title>\(SVGText.escaped(title))</title>
    <style>
    \(Self.styleSheet)
    </style>
    </head>
    <body>
    <h1>\(SVGText.escaped(title))</h1>
    \(blocks.map(Self.markup).joined(separator: "\n"))
    </body>
    </html>

    """
  }

  /// Writes the file, whole or not at all.
  ///
  /// - Throws: `FileError` when it cannot be written.
  public func write(to path: String) throws(FileError) {
    try AtomicFile.write(html, to: path)
  }

  private static func markup(_ block: Block) -> String {
    switch block {
    case .heading(let text): "<h2>\(SVGText.escaped(text))</h2>"
    case .paragraph(let text): "<p>\(SVGText.escaped(text))</p>"
    case .code(let text): "<pre>\(SVGText.escaped(text, keepingLines: true))</pre>"
    case .table(let table, let caption):
      "<div class=\"scroll\"><table>\(captionMarkup(caption, "caption"))\n\(table.htmlRows)</table></div>"
    case .figure(let figure, let caption): figureMarkup(figure.svg, caption)
    case .heatMap(let figure, let caption): figureMarkup(figure.svg, caption)
    }
  }

  private static func figureMarkup(_ svg: String, _ caption: String) -> String {
    "<figure>\n<div class=\"scroll\">\(svg)</div>\(captionMarkup(caption, "figcaption"))</figure>"
  }

  private static func captionMarkup(_ text: String, _ tag: String) -> String {
    text.isEmpty ? "" : "<\(tag)>\(SVGText.escaped(text))</\(tag)>"
  }

  private static let styleSheet = """
    :root{color-scheme:light dark}
    body{font:16px/1.5 system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;max-width:76rem;margin:2rem auto;\
    padding:0 1rem;color:#222;background:#fff}
    h1{font-size:1.6rem;line-height:1.25}
    h2{font-size:1.2rem;margin-top:2rem}
    p{max-width:44rem}
    pre{overflow-x:auto;padding:.7rem 1rem;background:#f3f4f6;border-radius:4px;font-size:.85rem}
    .scroll{overflow-x:auto}
    table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums;margin:1rem 0}
    caption,figcaption{caption-side:bottom;text-align:left;color:#555;font-size:.85rem;padding-top:.4rem}
    th,td{padding:.25rem .7rem;white-space:nowrap;text-align:left}
    th{border-top:2px solid;border-bottom:1px solid}
    tbody tr:last-child td{border-bottom:2px solid}
    tr.gap td{padding:.25rem 0}
    .number{text-align:right}
    figure{margin:1.2rem 0}
    @media (max-width:600px){
    body{margin:1rem auto;padding:0 .8rem}
    h1{font-size:1.3rem}
    .scroll svg{max-width:none!important}
    }
    @media (prefers-color-scheme:dark){
    body{color:#e6e6e6;background:#16181c}
    pre{background:#22252b}
    caption,figcaption{color:#a8adb5}
    }
    @media print{figure,table{break-inside:avoid}}
    """
}
