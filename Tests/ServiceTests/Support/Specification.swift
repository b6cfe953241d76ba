import Foundation
import Testing
import Yams

@testable import Service

/// The OpenAPI description, which answers are held against.
struct Specification {
  private let root: [String: Any]

  init() throws {
    let text = String(decoding: PackageResources.openapi_yaml, as: UTF8.self)
    root = try #require(try Yams.load(yaml: text) as? [String: Any])
  }

  /// Every method and path.
  var operations: Set<String> {
    let paths = root["paths"] as? [String: [String: Any]] ?? [:]
    return Set(
      paths.flatMap { path, item in
        item.keys.filter { $0 != "parameters" }.map { "\($0.uppercased()) \(path)" }
      })
  }

  /// What a training may ask of sampled problems.
  var sampledProperties: Set<String> {
    let path = ["components", "schemas", "TrainingRequest", "properties", "problems", "properties", "drawn"]
    let drawn = path.reduce(root as Any) { ($0 as? [String: Any])?[$1] ?? [:] } as? [String: Any]
    return Set((drawn?["properties"] as? [String: Any] ?? [:]).keys)
  }

  /// What is wrong with an answer; empty for one that is as described.
  func problems(_ answer: TestClient.Answer, to method: String, _ path: String) -> [String] {
    let paths = root["paths"] as? [String: [String: Any]] ?? [:]
    guard let operation = paths[path]?[method.lowercased()] as? [String: Any],
      let responses = operation["responses"] as? [String: Any]
    else { return ["\(method) \(path) is not described"] }
    guard let response = (responses["\(answer.status)"] ?? responses["default"]).map(resolve) else {
      return ["status \(answer.status) is not described"]
    }
    guard let content = response["content"] as? [String: [String: Any]] else {
      return answer.body.isEmpty ? [] : ["a body that is not described"]
    }
    let type = (answer.headers["content-type"] ?? "").prefix { $0 != ";" }
    guard let schema = content[String(type)]?["schema"] as? [String: Any] else {
      return ["content type '\(type)' is not described"]
    }
    guard type == "application/json" else { return [] }
    guard
      let value = try? JSONSerialization.jsonObject(with: Data(answer.body.utf8), options: .fragmentsAllowed)
    else { return ["no JSON"] }
    return problems(value, schema, at: "body")
  }

  private func resolve(_ value: Any) -> [String: Any] {
    guard let object = value as? [String: Any] else { return [:] }
    guard let reference = object["$ref"] as? String else { return object }
    let parts = reference.dropFirst(2).split(separator: "/").map(String.init)
    return resolve(parts.reduce(root as Any) { ($0 as? [String: Any])?[$1] ?? [:] })
  }

  /// The keywords of JSON Schema that the description uses.
  private func problems(_ value: Any, _ schema: [String: Any], at path: String) -> [String] {
    let schema = resolve(schema)
    var problems: [String] = []
    for part in schema["allOf"] as? [[String: Any]] ?? [] {
      problems += self.problems(value, part, at: path)
    }
    if let parts = schema["oneOf"] as? [[String: Any]] {
      let matches = parts.filter { self.problems(value, $0, at: path).isEmpty }.count
      if matches != 1 { problems.append("\(path) matches \(matches) of the alternatives") }
    }
    if let types = (schema["type"] as? [String]) ?? (schema["type"] as? String).map({ [$0] }),
      !types.contains(where: { Self.isOf($0, value) })
    {
      return problems + ["\(path) is not \(types)"]
    }
    if let words = schema["enum"] as? [String], !words.contains(value as? String ?? "") {
      problems.append("\(path) is none of \(words)")
    }
    if let word = schema["const"] as? String, word != value as? String {
      problems.append("\(path) is not \(word)")
    }
    if let pattern = schema["pattern"] as? String, let text = value as? String,
      text.range(of: pattern, options: .regularExpression) == nil
    {
      problems.append("\(path) does not match \(pattern)")
    }
    if let number = value as? NSNumber, Self.isOf("number", value) {
      if let bound = schema["minimum"].flatMap(Self.number), number.doubleValue < bound {
        problems.append("\(path) is below \(bound)")
      }
      if let bound = schema["exclusiveMinimum"].flatMap(Self.number), number.doubleValue <= bound {
        problems.append("\(path) is not above \(bound)")
      }
    }
    if let object = value as? [String: Any] {
      let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
      for name in schema["required"] as? [String] ?? [] where object[name] == nil {
        problems.append("\(path).\(name) is missing")
      }
      for (name, inner) in properties {
        if let value = object[name] { problems += self.problems(value, inner, at: "\(path).\(name)") }
      }
    }
    if let items = schema["items"] as? [String: Any], let values = value as? [Any] {
      for (index, value) in values.enumerated() {
        problems += self.problems(value, items, at: "\(path)[\(index)]")
      }
    }
    return problems
  }

  private static func number(_ value: Any) -> Double? {
    (value as? Double) ?? (value as? Int).map(Double.init)
  }

  private static func isOf(_ type: String, _ value: Any) -> Bool {
    let isBoolean = (value as? NSNumber).map { String(cString: $0.objCType) == "c" } ?? false
    return switch type {
    case "object": value is [String: Any]
    case "array": value is [Any]
    case "string": value is String
    case "null": value is NSNull
    case "boolean": isBoolean
    case "number": value is NSNumber && !isBoolean
    case "integer":
      (value as? NSNumber).map { !isBoolean && $0.doubleValue == $0.doubleValue.rounded() } ?? false
    default: false
    }
  }
}
