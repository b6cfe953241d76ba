import Files
import MetaLR

/// That a method is better than another, written down before the runs that test it: `universal-sf < prodigy`.
public struct SuiteClaim: Sendable, Equatable {
  /// The method that is claimed to have the lower regret.
  public let method: String
  /// The other.
  public let rival: String

  /// A claim.
  public init(method: String, rival: String) {
    self.method = method
    self.rival = rival
  }

  /// The claims of a file: one a line, `METHOD < METHOD`; empty lines and what follows a `#` are left out.
  ///
  /// - Throws: `FileError` for a file that is not there, holds no claim, or another line.
  public static func contents(of path: String) throws -> [SuiteClaim] {
    let text = String(decoding: try readFile(path), as: UTF8.self)
    var claims: [SuiteClaim] = []
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let line = line.prefix { $0 != "#" }.trimmed
      guard !line.isEmpty else { continue }
      let parts = line.split(separator: "<", omittingEmptySubsequences: false).map(\.trimmed)
      guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
        throw FileError(
          path: path, problem: "has no claim in line \(number + 1)",
          remedy: "Write 'METHOD < METHOD', with the names that the table has.")
      }
      claims.append(SuiteClaim(method: parts[0], rival: parts[1]))
    }
    guard !claims.isEmpty else {
      throw FileError(path: path, problem: "holds no claim", remedy: "Write 'METHOD < METHOD', one a line.")
    }
    return claims
  }

  /// Checks that a claim is about two of the methods that are compared.
  ///
  /// - Throws: `ConfigurationError` that names them.
  public func check(_ methods: [String]) throws(ConfigurationError) {
    guard methods.contains(method), methods.contains(rival) else {
      throw ConfigurationError(
        name: "claim", value: "'\(method) < \(rival)'",
        expected: "two of the methods that are compared: \(methods.joined(separator: ", "))")
    }
  }

  /// Tests claims on every suite; the correction is over all of these tests.
  public static func test(_ claims: [SuiteClaim], on results: [SuiteResults]) -> [SuiteResults.Test] {
    SuiteResults.corrected(
      claims.flatMap { claim in results.compactMap { $0.test(claim.method, against: claim.rival) } })
  }
}

extension Substring {
  fileprivate var trimmed: String {
    String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}
