import Crypto
import Files
import Foundation

/// What a token may do.
enum Scope: String, CaseIterable, Sendable {
  case read
  case write
}

/// Who asks.
struct Principal: Sendable, Equatable {
  /// The token's name; runs belong to it.
  let name: String
  let scopes: Set<Scope>
}

/// The tokens that are let in: their names, what they may do, and the SHA-256 of each, never the token itself.
///
/// One token a line: a name, its scopes joined by commas, 64 hexadecimal digits.
///
///     # printf %s "$TOKEN" | sha256sum
///     alice read,write 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
struct TokenFile: Sendable {
  private struct Entry {
    let principal: Principal
    let hash: [UInt8]
  }

  private let entries: [Entry]

  /// Reads the file.
  ///
  /// - Throws: `FileError` that names the line at fault.
  init(contentsOf path: String) throws(FileError) {
    let text = String(decoding: try readFile(path), as: UTF8.self)
    var entries: [Entry] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
      guard let first = words.first, !first.hasPrefix("#") else { continue }
      let entry = try Self.entry(words, path: path, line: index + 1)
      guard !entries.contains(where: { $0.principal.name == entry.principal.name }) else {
        throw Self.error(path, index + 1, "names '\(entry.principal.name)' a second time")
      }
      entries.append(entry)
    }
    guard !entries.isEmpty else {
      throw FileError(
        path: path, problem: "holds no token",
        remedy: "Write one token a line: a name, read,write, and the token's SHA-256.")
    }
    self.entries = entries
  }

  /// Who presents this token; nil for nobody.
  ///
  /// Every entry is compared, and comparing a digest takes as long whatever differs, so that the time taken tells nothing.
  func principal(presenting token: [UInt8]) -> Principal? {
    let digest = SHA256.hash(data: token)
    var found: Principal?
    for entry in entries where digest == entry.hash { found = entry.principal }
    return found
  }

  private static func entry(_ words: [String], path: String, line: Int) throws(FileError) -> Entry {
    guard words.count == 3, RunRequest.isLabelKey(words[0]) else {
      throw error(path, line, "is not a name, scopes and a hash")
    }
    var scopes: Set<Scope> = []
    for word in words[1].split(separator: ",") {
      guard let scope = Scope(rawValue: String(word)) else {
        throw error(path, line, "has the scope '\(word.prefix(20))', which is neither read nor write")
      }
      scopes.insert(scope)
    }
    guard let hash = bytes(hexadecimal: words[2]), hash.count == 32 else {
      throw error(path, line, "has a hash that is not 64 hexadecimal digits")
    }
    return Entry(principal: Principal(name: words[0], scopes: scopes), hash: hash)
  }

  private static func bytes(hexadecimal text: String) -> [UInt8]? {
    let digits = text.compactMap(\.hexDigitValue)
    guard digits.count == text.count, digits.count.isMultiple(of: 2) else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }

  private static func error(_ path: String, _ line: Int, _ problem: String) -> FileError {
    FileError(
      path: path, problem: "line \(line) \(problem)",
      remedy: "Write one token a line: a name, read,write, and the token's SHA-256.")
  }
}
