import Hummingbird

/// The values after the question mark.
struct Query {
  private let request: Request

  init(_ request: Request) {
    self.request = request
  }

  /// A text; nil when it is not given.
  func text(_ name: String) -> String? {
    request.uri.queryParameters[Substring(name)].map(String.init)
  }

  /// All texts of a name that may be given several times.
  func texts(_ name: String) -> [String] {
    request.uri.queryParameters.getAll(name)
  }

  /// A whole number.
  ///
  /// - Throws: ``ServiceError`` when it is none, or out of its range.
  func number(_ name: String, in range: ClosedRange<Int>) throws(ServiceError) -> Int? {
    guard let text = text(name) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw .invalid(
        "\(name) is '\(text.prefix(40))'.",
        remedy: "Give a whole number from \(range.lowerBound) to \(range.upperBound).")
    }
    return number
  }

  /// One of some words.
  ///
  /// - Throws: ``ServiceError`` when it is another.
  func word<Word: RawRepresentable & CaseIterable>(
    _ name: String, _ type: Word.Type
  ) throws(ServiceError) -> Word? where Word.RawValue == String {
    guard let text = text(name) else { return nil }
    guard let word = Word(rawValue: text) else {
      throw .invalid(
        "\(name) is '\(text.prefix(40))'.",
        remedy: "Give one of \(Word.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    return word
  }
}
