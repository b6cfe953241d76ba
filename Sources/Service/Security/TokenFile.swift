import Crypto
import Files
import Foundation

/// The tokens that are let in: their names, what they may do, and the SHA-256 of each, never the token itself.
///
/// One token a line: a name, its scopes joined by commas, 64 hexadecimal digits, then its team, if it has one, and when it
/// ends, if it does. A name may have several tokens, so that a new one is in use before the old one goes.
///
///     # printf %s "$TOKEN" | sha256sum
///     alice read,write 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
///     alice read,write 60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752 expires=2027-01-01T00:00:00Z
///     board read 5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef team=vision
struct TokenFile: Sendable {
  private struct Entry {
    let name: String
    let scopes: Set<Scope>
    let hash: [UInt8]
    var team: String?
    /// Nil for never.
    var expires: Date?
  }

  private let entries: [Entry]

  /// Reads the file.
  ///
  /// - Throws: `FileError` that names the line at fault.
  init(contentsOf path: String) throws(FileError) {
    let text = String(decoding: try readFile(path), as: UTF8.self)
    var entries: [Entry] = []
    // "\r\n" is one character, and no "\n"; some editors begin a file with a mark of its byte order.
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() {
      let line = index == 0 && line.unicodeScalars.first == "\u{FEFF}" ? Self.withoutFirstScalar(line) : line
      let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
      guard let first = words.first, !first.hasPrefix("#") else { continue }
      let entry = try Self.entry(words, path: path, line: index + 1)
      guard !entries.contains(where: { $0.hash == entry.hash }) else {
        throw Self.error(path, index + 1, "has the hash of a token above it")
      }
      entries.append(entry)
    }
    guard !entries.isEmpty else {
      throw FileError(
        path: path, problem: "holds no token",
        remedy: Self.remedy)
    }
    self.entries = entries
  }

  /// Every name of a team; none for no team.
  private func members(of team: String?) -> Set<String> {
    guard let team else { return [] }
    return Set(entries.filter { $0.team == team }.map(\.name))
  }

  /// Who presents this token; nil for nobody.
  ///
  /// - Throws: ``ServiceError`` for a token that has expired.
  ///
  /// Every entry is compared, and comparing a digest takes as long whatever differs, so that the time taken tells nothing.
  func principal(presenting token: [UInt8], at now: Date = Date()) throws(ServiceError) -> Principal? {
    let digest = SHA256.hash(data: token)
    var found: Entry?
    for entry in entries where digest == entry.hash { found = entry }
    guard let found else { return nil }
    if let expires = found.expires, expires <= now {
      throw ServiceError(
        401, "unauthorized", "The token of '\(found.name)' expired at \(expires.ISO8601Format()).",
        remedy: "Use a newer token.")
    }
    return Principal(name: found.name, scopes: found.scopes, team: members(of: found.team))
  }

  private static func entry(_ words: [String], path: String, line: Int) throws(FileError) -> Entry {
    guard words.count >= 3, RunRequest.isLabelKey(words[0]) else {
      throw error(path, line, "is not a name, scopes and a hash")
    }
    var scopes: Set<Scope> = []
    for word in words[1].split(separator: ",") {
      guard let scope = Scope(rawValue: String(word)) else {
        throw error(path, line, "has the scope '\(word.prefix(20))', which is none of read, write and admin")
      }
      scopes.insert(scope)
    }
    guard let hash = bytes(hexadecimal: words[2]), hash.count == 32 else {
      throw error(path, line, "has a hash that is not 64 hexadecimal digits")
    }
    var entry = Entry(name: words[0], scopes: scopes, hash: hash)
    for word in words.dropFirst(3) {
      if entry.team == nil, let team = value("team", in: word), RunRequest.isLabelKey(team) {
        entry.team = team
      } else if entry.expires == nil, let time = value("expires", in: word),
        let date = try? Date(time, strategy: .iso8601)
      {
        entry.expires = date
      } else {
        throw error(
          path, line,
          "has '\(word.prefix(40))', which is neither one team=NAME nor one expires=2027-01-01T00:00:00Z")
      }
    }
    return entry
  }

  private static func value(_ name: String, in word: String) -> String? {
    word.hasPrefix(name + "=") ? String(word.dropFirst(name.count + 1)) : nil
  }

  private static func withoutFirstScalar(_ line: Substring) -> Substring {
    Substring(line.unicodeScalars.dropFirst())
  }

  private static func bytes(hexadecimal text: String) -> [UInt8]? {
    let digits = text.compactMap(\.hexDigitValue)
    guard digits.count == text.count, digits.count.isMultiple(of: 2) else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }

  private static func error(_ path: String, _ line: Int, _ problem: String) -> FileError {
    FileError(path: path, problem: "line \(line) \(problem)", remedy: remedy)
  }

  private static let remedy =
    "Write one token a line: a name, read,write, the token's SHA-256, and where needed team=NAME and expires=TIME."
}
