import Files
import Foundation

/// The functions of libpq, PostgreSQL's own client library, version 14 or later.
///
/// It is loaded when a PostgreSQL database is asked for: a program that was built anywhere runs with SQLite where the
/// library is missing.
struct LibPQ: @unchecked Sendable {
  // Unchecked: addresses of functions, which nothing changes.
  typealias Connection = OpaquePointer
  typealias Result = OpaquePointer
  typealias Text = UnsafePointer<CChar>
  typealias NoticeProcessor = @convention(c) (UnsafeMutableRawPointer?, Text?) -> Void

  let parse: @convention(c) (Text, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> OpaquePointer?
  let freeOptions: @convention(c) (OpaquePointer) -> Void
  let connect: @convention(c) (UnsafePointer<Text?>, UnsafePointer<Text?>, CInt) -> Connection?
  let finish: @convention(c) (Connection) -> Void
  let status: @convention(c) (Connection) -> CInt
  let needsPassword: @convention(c) (Connection) -> CInt
  let usedPassword: @convention(c) (Connection) -> CInt
  let errorMessage: @convention(c) (Connection) -> Text?
  let setNoticeProcessor:
    @convention(c) (Connection, NoticeProcessor, UnsafeMutableRawPointer?) -> UnsafeRawPointer?
  let socket: @convention(c) (Connection) -> CInt
  let backend: @convention(c) (Connection) -> CInt
  let setNonblocking: @convention(c) (Connection, CInt) -> CInt
  let prepare: @convention(c) (Connection, Text, Text, CInt, UnsafePointer<UInt32>?) -> CInt
  let execute:
    @convention(c) (
      Connection, Text, CInt, UnsafePointer<Text?>, UnsafePointer<CInt>, UnsafePointer<CInt>, CInt
    ) -> CInt
  let query: @convention(c) (Connection, Text) -> CInt
  let flush: @convention(c) (Connection) -> CInt
  let consume: @convention(c) (Connection) -> CInt
  let isBusy: @convention(c) (Connection) -> CInt
  let nextResult: @convention(c) (Connection) -> Result?
  let nextNotification: @convention(c) (Connection) -> UnsafeMutableRawPointer?
  let free: @convention(c) (UnsafeMutableRawPointer) -> Void
  let resultStatus: @convention(c) (Result) -> CInt
  let field: @convention(c) (Result, CInt) -> Text?
  let tag: @convention(c) (Result) -> Text?
  let rows: @convention(c) (Result) -> CInt
  let value: @convention(c) (Result, CInt, CInt) -> Text?
  let length: @convention(c) (Result, CInt, CInt) -> CInt
  let isNull: @convention(c) (Result, CInt, CInt) -> CInt
  let clear: @convention(c) (Result) -> Void

  /// `PGnotify` of libpq-fe.h.
  struct Notification {
    let channel: Text?
    let backend: CInt
    let payload: Text?
    let next: OpaquePointer?
  }

  /// `CONNECTION_OK` of libpq-fe.h.
  static let isConnected: CInt = 0
  /// `PGRES_COMMAND_OK` and `PGRES_TUPLES_OK`.
  static let successes: ClosedRange<CInt> = 1...2
  /// `PG_DIAG_SQLSTATE` and `PG_DIAG_MESSAGE_PRIMARY` of postgres_ext.h.
  static let fieldOfState = CInt(UInt8(ascii: "C"))
  static let fieldOfMessage = CInt(UInt8(ascii: "M"))

  #if os(macOS)
    private static let names = [
      "libpq.5.dylib", "/opt/homebrew/opt/libpq/lib/libpq.5.dylib", "/usr/local/opt/libpq/lib/libpq.5.dylib",
    ]
  #else
    private static let names = ["libpq.so.5"]
  #endif

  /// Loads the library.
  ///
  /// - Parameters:
  ///   - address: What it is needed for.
  ///   - names: What the library is called.
  /// - Throws: `FileError` where it is missing.
  init(for address: PostgresAddress, names: [String] = names) throws(FileError) {
    guard let library = names.lazy.compactMap({ dlopen($0, RTLD_NOW) }).first else {
      throw FileError(
        path: address.shown, problem: "needs PostgreSQL's client library, libpq, which is not installed",
        remedy: "Install it ('apt install libpq5', 'dnf install libpq', 'brew install libpq').")
    }
    func find<Function>(_ name: String, _ type: Function.Type = Function.self) throws(FileError) -> Function {
      guard let symbol = dlsym(library, name) else {
        throw FileError(
          path: address.shown, problem: "needs a libpq with the function \(name)",
          remedy: "Install libpq of PostgreSQL 14 or later.")
      }
      return unsafeBitCast(symbol, to: type)
    }
    parse = try find("PQconninfoParse")
    freeOptions = try find("PQconninfoFree")
    connect = try find("PQconnectdbParams")
    finish = try find("PQfinish")
    status = try find("PQstatus")
    needsPassword = try find("PQconnectionNeedsPassword")
    usedPassword = try find("PQconnectionUsedPassword")
    errorMessage = try find("PQerrorMessage")
    setNoticeProcessor = try find("PQsetNoticeProcessor")
    socket = try find("PQsocket")
    backend = try find("PQbackendPID")
    setNonblocking = try find("PQsetnonblocking")
    prepare = try find("PQsendPrepare")
    execute = try find("PQsendQueryPrepared")
    query = try find("PQsendQuery")
    flush = try find("PQflush")
    consume = try find("PQconsumeInput")
    isBusy = try find("PQisBusy")
    nextResult = try find("PQgetResult")
    nextNotification = try find("PQnotifies")
    free = try find("PQfreemem")
    resultStatus = try find("PQresultStatus")
    field = try find("PQresultErrorField")
    tag = try find("PQcmdStatus")
    rows = try find("PQntuples")
    value = try find("PQgetvalue")
    length = try find("PQgetlength")
    isNull = try find("PQgetisnull")
    clear = try find("PQclear")
    try address.validate(self)
  }
}
