import Schedules

/// The numbers after the name of a feedback method, as a user writes them: `0.01,factor=0.5`.
struct FeedbackSpecification {
  private let name: String
  private let usage: String
  private let values: [String: Double]

  /// Reads the numbers.
  ///
  /// - Parameters:
  ///   - text: What follows the colon.
  ///   - name: The method's name, for errors.
  ///   - parameters: Names in the order of values without one; nil as a default makes a number necessary.
  /// - Throws: `ScheduleError` that shows how the method is written.
  init(_ text: String, of name: String, parameters: [(name: String, value: Double?)]) throws(ScheduleError) {
    self.name = name
    usage =
      "\(name):"
      + parameters.enumerated().map { index, parameter in
        let comma = index == 0 ? "" : ","
        return parameter.value.map { "[\(comma)\(parameter.name.uppercased())=\(Self.text($0))]" }
          ?? comma + parameter.name.uppercased()
      }.joined()
    var values: [String: Double] = [:]
    for (index, item) in text.split(separator: ",", omittingEmptySubsequences: text.isEmpty).enumerated() {
      let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let key = parts.count == 2 ? parts[0] : index < parameters.count ? parameters[index].name : ""
      guard parameters.contains(where: { $0.name == key }), values[key] == nil else {
        throw ScheduleError("'\(item)' in '\(name):\(text)' is one number too many. Write \(usage).")
      }
      guard let value = Double(parts[parts.count - 1]), value.isFinite else {
        throw ScheduleError("'\(item)' in '\(name):\(text)' is not a number. Write \(usage).")
      }
      values[key] = value
    }
    for parameter in parameters where values[parameter.name] == nil {
      guard let value = parameter.value else {
        throw ScheduleError("The \(parameter.name) is missing in '\(name):\(text)'. Write \(usage).")
      }
      values[parameter.name] = value
    }
    self.values = values
  }

  private static func text(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? "\(value)" }

  subscript(name: String) -> Double { values[name] ?? 0 }

  /// A number that must be whole.
  func whole(_ parameter: String) throws(ScheduleError) -> Int {
    guard let value = Int(exactly: self[parameter]) else {
      throw ScheduleError(
        "The \(parameter) of '\(name)' is \(self[parameter]); give a whole number. Write \(usage).")
    }
    return value
  }
}
