import Files
import Foundation

extension ProblemsFile {
  /// Reads a file.
  ///
  /// - Throws: `FileError` where it is not there, or is not of this form.
  package init(contentsOf path: String) throws {
    let data = try readFile(path)
    func refused(_ problem: String, _ remedy: String = Self.form) -> FileError {
      FileError(path: path, problem: problem, remedy: remedy)
    }
    guard let file = try? JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed) else {
      throw refused("is not JSON")
    }
    if let (place, key, known) = Self.unknownKey(in: file) {
      throw refused("has the unknown key '\(key)' in \(place)", "Known are \(known.joined(separator: ", ")).")
    }
    do {
      self = try JSONDecoder().decode(ProblemsFile.self, from: data)
    } catch let error as DecodingError {
      throw refused(Self.sentence(error))
    }
    guard (drawn == nil) != (problems ?? []).isEmpty else {
      throw refused(
        "describes neither sampled problems nor a list, or both", "Give one of 'drawn' and 'problems'.")
    }
  }

  private static let form = #"Write {"drawn": {...}} or {"problems": [{"dataset": "shapes"}, ...]}."#

  /// The first key that no part of a file has, where it is, and those that are known there.
  private static func unknownKey(in file: Any) -> (place: String, key: String, known: [String])? {
    let values = file as? [String: Any] ?? [:]
    var parts = [("the file", values, CodingKeys.allCases.map(\.stringValue))]
    if let drawn = values[CodingKeys.drawn.stringValue] as? [String: Any] {
      parts.append(("'drawn'", drawn, Drawn.CodingKeys.allCases.map(\.stringValue)))
    }
    let listed = values[CodingKeys.problems.stringValue] as? [Any] ?? []
    for (index, problem) in listed.enumerated() {
      let keys = Listed.CodingKeys.allCases.map(\.stringValue)
      parts.append(("problem \(index + 1)", problem as? [String: Any] ?? [:], keys))
    }
    for (place, values, known) in parts {
      if let key = values.keys.sorted().first(where: { !known.contains($0) }) { return (place, key, known) }
    }
    return nil
  }

  /// What is wrong, as the end of a sentence that begins with the file.
  private static func sentence(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, let context):
      "lacks '\(key.stringValue)' in \(place(context.codingPath))"
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      context.codingPath.isEmpty
        ? "is no \(name(of: type))" : "holds no \(name(of: type)) as \(place(context.codingPath))"
    case .dataCorrupted: "holds a fraction where a whole number belongs"
    @unknown default: "is not of the right form"
    }
  }

  /// "'batchSize' of problem 2".
  private static func place(_ path: [any CodingKey]) -> String {
    var parts: [String] = []
    for key in path {
      if let index = key.intValue {
        let isProblem = parts.count == 1 && parts[0] == "'\(CodingKeys.problems.stringValue)'"
        parts = isProblem ? ["problem \(index + 1)"] : parts + ["entry \(index + 1)"]
      } else {
        parts.append("'\(key.stringValue)'")
      }
    }
    return parts.reversed().joined(separator: " of ")
  }

  private static func name(of type: any Any.Type) -> String {
    switch type {
    case is Int.Type: "whole number"
    case is Double.Type: "number"
    case is String.Type: "text"
    case is [Any].Type: "list"
    default: "object"
    }
  }
}
