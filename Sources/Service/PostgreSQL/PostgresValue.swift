/// An argument of a statement, in PostgreSQL's binary form: every bit of a number arrives.
enum PostgresValue {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  case bytes([UInt8])
  case integers([Int64])
  case reals([Double?])
  case texts([String])
  case byteArrays([[UInt8]])

  static func optional(_ text: String?) -> PostgresValue { text.map { .text($0) } ?? .null }

  /// Object identifiers of the types, from pg_type.dat.
  private enum ElementType: UInt32 {
    case bytes = 17
    case integer = 20
    case text = 25
    case real = 701
  }

  /// The bytes to send; nil for null.
  ///
  /// - Throws: ``ServiceError`` for a text with a character that PostgreSQL does not store.
  func encoded() throws(ServiceError) -> [UInt8]? {
    switch self {
    case .null: return nil
    case .integer(let value): return Self.bytes(value)
    case .real(let value): return Self.bytes(value.bitPattern)
    case .text(let value): return try Self.bytes(value)
    case .bytes(let value): return value
    case .integers(let values): return Self.array(values.map { Self.bytes($0) }, .integer)
    case .reals(let values): return Self.array(values.map { $0.map { Self.bytes($0.bitPattern) } }, .real)
    case .texts(let values):
      var elements: [[UInt8]] = []
      for value in values { elements.append(try Self.bytes(value)) }
      return Self.array(elements, .text)
    case .byteArrays(let values): return Self.array(values, .bytes)
    }
  }

  private static func bytes<Integer: FixedWidthInteger>(_ value: Integer) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
  }

  private static func bytes(_ text: String) throws(ServiceError) -> [UInt8] {
    let bytes = Array(text.utf8)
    guard !bytes.contains(0) else {
      throw .invalid("A text holds the character U+0000.", remedy: "Leave it out.")
    }
    return bytes
  }

  /// `array_recv` of PostgreSQL: dimensions, whether there are nulls, type, length, lower bound, then each element with
  /// its length.
  private static func array(_ elements: [[UInt8]?], _ type: ElementType) -> [UInt8] {
    var bytes: [UInt8] = []
    let size = elements.reduce(0) { $0 + 4 + ($1?.count ?? 0) }
    bytes.reserveCapacity(20 + size)
    for number in [elements.isEmpty ? 0 : 1, elements.contains { $0 == nil } ? 1 : 0, Int32(type.rawValue)] {
      bytes += Self.bytes(Int32(number))
    }
    if !elements.isEmpty { bytes += Self.bytes(Int32(elements.count)) + Self.bytes(Int32(1)) }
    for element in elements {
      bytes += Self.bytes(Int32(element?.count ?? -1))
      if let element { bytes += element }
    }
    return bytes
  }
}

/// The rows that a statement returned; freed with the last reference.
final class PostgresRows {
  private let library: LibPQ
  private let result: LibPQ.Result
  let count: Int

  /// Takes the result over.
  init(_ library: LibPQ, _ result: LibPQ.Result) {
    self.library = library
    self.result = result
    count = Int(library.rows(result))
  }

  deinit { library.clear(result) }

  /// What the server says that it did: "COMMIT".
  var tag: String { library.tag(result).map { String(cString: $0) } ?? "" }

  func map<Value>(_ transform: (PostgresRow) throws -> Value) rethrows -> [Value] {
    try (0..<count).map { try transform(PostgresRow(rows: self, index: CInt($0))) }
  }

  var first: PostgresRow? { count > 0 ? PostgresRow(rows: self, index: 0) : nil }

  fileprivate func bytes(_ row: CInt, _ column: Int) -> UnsafeRawBufferPointer? {
    guard library.isNull(result, row, CInt(column)) == 0, let start = library.value(result, row, CInt(column))
    else { return nil }
    return UnsafeRawBufferPointer(start: start, count: Int(library.length(result, row, CInt(column))))
  }
}

/// One row; columns are counted from 0.
struct PostgresRow {
  fileprivate let rows: PostgresRows
  fileprivate let index: CInt

  func isNull(_ column: Int) -> Bool { rows.bytes(index, column) == nil }

  func integer(_ column: Int) throws -> Int64 { Int64(bitPattern: try bits(column)) }

  func real(_ column: Int) throws -> Double { Double(bitPattern: try bits(column)) }

  func text(_ column: Int) throws -> String {
    guard let bytes = rows.bytes(index, column) else { throw unreadable(column) }
    return String(decoding: bytes, as: UTF8.self)
  }

  func bytes(_ column: Int) throws -> [UInt8] {
    guard let bytes = rows.bytes(index, column) else { throw unreadable(column) }
    return Array(bytes)
  }

  func boolean(_ column: Int) throws -> Bool { try bytes(column) == [1] }

  private func bits(_ column: Int) throws -> UInt64 {
    guard let bytes = rows.bytes(index, column), bytes.count == 8 else { throw unreadable(column) }
    return UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
  }

  private func unreadable(_ column: Int) -> PostgresError {
    .corrupt("column \(column) is not what it should be")
  }
}
