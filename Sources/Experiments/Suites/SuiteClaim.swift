import Files

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

  /// Tests claims on every suite that has both methods; the correction is over all of these tests.
  ///
  /// - Throws: `UnknownMethod` for a claim that no suite can test.
  public static func test(_ claims: [SuiteClaim], on results: [SuiteResults]) throws -> [SuiteResults.Test] {
    let tests = try claims.flatMap { claim in
      let tests = results.compactMap { $0.test(claim.method, against: claim.rival) }
      guard !tests.isEmpty else {
        throw UnknownMethod(claim: claim, known: results.first?.rows.map(\.name) ?? [])
      }
      return tests
    }
    return SuiteResults.corrected(tests)
  }

  /// A claim about a method that was not run.
  public struct UnknownMethod: Error, CustomStringConvertible {
    let claim: SuiteClaim
    let known: [String]

    /// What is wrong, and which methods there are.
    public var description: String {
      "The claim '\(claim.method) < \(claim.rival)' names a method that is not compared. "
        + "There are: \(known.joined(separator: ", "))."
    }
  }
}

extension Substring {
  fileprivate var trimmed: String {
    String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}
