extension String {
  /// The text with tabs as blanks and without control characters, which could move a terminal's cursor.
  public var printable: String {
    String(
      String.UnicodeScalarView(
        unicodeScalars.map { $0 == "\t" ? " " : $0 }.filter { $0.properties.generalCategory != .control }))
  }
}
