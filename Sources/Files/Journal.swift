import Foundation
import Synchronization

/// A record of finished results that survives a kill: one line of JSON each, appended and synced.
///
/// The first line holds the settings of the work; a journal of other settings is refused, so that results of two
/// kinds never mix. Every other line is `{"checksum":…,"key":…,"value":…}`; the ``Checksum`` is that of
/// `{"key":…,"value":…}`, so that an edited result is noticed. Lines of older journals have none. A last line that a kill
/// cut short is dropped when the journal is opened again, and its work done anew.
public final class Journal: Sendable {
  /// The file.
  public let path: String
  private let contents: Mutex<Contents>
  private let file: LockedFile

  private struct Contents {
    var lines: [String: Data] = [:]
    var length: Int
  }

  /// Opens a journal, or creates one; only one process may hold it at a time.
  ///
  /// - Parameters:
  ///   - path: The file; missing folders on the way are created.
  ///   - settings: Everything that decides the results, except what the keys tell apart.
  /// - Throws: ``FileError`` when the file cannot be written, is held by another process, is of other settings, or
  ///   holds a damaged line before its last.
  public init(path: String, settings: some Encodable) throws {
    self.path = path
    let header = try Self.json(Header(settings: settings))
    file = try LockedFile(path: path)
    let text = try readFile(path)
    // What follows the last line break was cut short.
    let whole = text.lastIndex(of: Self.lineBreak).map { text[...$0] } ?? Data()
    let lines = whole.split(separator: Self.lineBreak)
    if let first = lines.first, first != header {
      throw FileError(
        path: path,
        problem: "was made with other settings: \(String(decoding: first.prefix(2000), as: UTF8.self))",
        remedy: "Repeat the options it was made with, or give another output folder, or delete the file.")
    }
    var contents = Contents(length: whole.count)
    for (index, line) in lines.enumerated().dropFirst() {
      guard let line = Self.checked(line), let key = try? JSONDecoder().decode(Key.self, from: line).key
      else {
        throw FileError(
          path: path, problem: "is damaged in line \(index + 1)",
          remedy: "Delete that line, and its work is done again; or delete the file.")
      }
      contents.lines[key] = line
    }
    if lines.isEmpty { contents.length = try file.write(header + [Self.lineBreak], at: 0) }
    self.contents = Mutex(contents)
  }

  /// How many results it holds.
  public var count: Int { contents.withLock { $0.lines.count } }

  /// The result of a piece of work; nil when it is not there yet.
  ///
  /// - Throws: ``FileError`` when the result is there but is not of this type.
  public func value<Value: Decodable>(for key: String, as type: Value.Type = Value.self) throws -> Value? {
    guard let line = contents.withLock({ $0.lines[key] }) else { return nil }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do {
      return try decoder.decode(Line<Value>.self, from: line).value
    } catch {
      throw FileError(
        path: path, problem: "holds a result of another kind for '\(key)'",
        remedy: "It was made by another version; give another output folder, or delete the file.")
    }
  }

  /// Adds a result, which is on disk when this returns; threads may do so side by side.
  ///
  /// - Throws: ``FileError`` when the disk is full or cannot be written; the journal is then as it was before.
  public func append(_ value: some Encodable, for key: String) throws {
    let line = try Self.json(Line(key: key, value: value))
    let whole = Self.checksumStart(of: line) + line.dropFirst() + [Self.lineBreak]
    try contents.withLock { contents in
      contents.length = try file.write(whole, at: contents.length)
      contents.lines[key] = line
    }
  }

  private static let lineBreak = UInt8(ascii: "\n")

  /// `{"checksum":"0123456789abcdef",`, which comes in the place of the first brace.
  private static func checksumStart(of json: Data) -> Data {
    var checksum = Checksum()
    checksum.add(json)
    return Data("{\"checksum\":\"\(checksum.text)\",".utf8)
  }

  /// The JSON of a line whose checksum is right or, as in older journals, missing; nil for an edited line.
  private static func checked(_ line: Data) -> Data? {
    guard line.starts(with: Data("{\"checksum\"".utf8)) else { return line }
    let json = Data("{".utf8) + line.dropFirst(checksumLength)
    return line.starts(with: checksumStart(of: json)) ? json : nil
  }

  private static let checksumLength = checksumStart(of: Data()).count

  private static func json(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try encoder.encode(value)
  }

  private struct Header<Settings: Encodable>: Encodable {
    let settings: Settings
  }

  private struct Key: Decodable {
    let key: String
  }

  fileprivate struct Line<Value> {
    let key: String
    let value: Value
  }
}

extension Journal.Line: Encodable where Value: Encodable {}
extension Journal.Line: Decodable where Value: Decodable {}
