import Foundation

/// One connection to the server, for one thread at a time.
///
/// It is made when it is first needed, and again after it was lost.
final class PostgresConnection: @unchecked Sendable {
  // Unchecked: its owner uses it from one thread.
  private let library: LibPQ
  private let address: PostgresAddress
  private var connection: LibPQ.Connection?
  private var prepared: [String: String] = [:]
  /// Statements that stay prepared: filters of lists come in thousands of forms.
  private static let mostPrepared = 100
  /// Within one, no new connection may take the place of the lost one: the rest would be done without the beginning.
  private var isInTransaction = false

  /// How long an answer may take: a server that hangs is given up, and its transaction ends with the connection.
  private static let patience: TimeInterval = 20

  /// What the address may say otherwise.
  ///
  /// A network that drops everything is noticed within 10 seconds, and of several hosts the primary is taken.
  private static let defaults = [
    ("connect_timeout", "5"), ("target_session_attrs", "read-write"), ("application_name", "metalr"),
    ("keepalives_idle", "5"), ("keepalives_interval", "2"), ("keepalives_count", "3"),
    ("tcp_user_timeout", "10000"), ("client_encoding", "UTF8"),
  ]

  /// What holds for a connection.
  ///
  /// A server that lost its client releases what the client had locked, in a time that other instances can wait.
  /// Acknowledged is what is on the disk, whatever the server's default is.
  private static let session = """
    SET search_path = metalr; SET client_min_messages = warning; SET default_transaction_isolation = 'read committed';
    SET idle_in_transaction_session_timeout = '10s'; SET lock_timeout = '10s'; SET statement_timeout = '15s';
    SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3;
    SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit')
    WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false)
    """

  init(_ library: LibPQ, _ address: PostgresAddress) {
    self.library = library
    self.address = address
  }

  deinit { close() }

  /// Ends the connection; what was not committed is undone by the server.
  func close() {
    if let connection { library.finish(connection) }
    connection = nil
    prepared = [:]
  }

  /// Connects where there is no connection.
  ///
  /// - Throws: ``PostgresError`` with what libpq said.
  @discardableResult
  func open() throws(PostgresError) -> LibPQ.Connection {
    if let connection {
      if library.status(connection) == LibPQ.isConnected { return connection }
      close()
    }
    guard !isInTransaction else {
      throw PostgresError(state: nil, message: "the connection was lost in a transaction")
    }
    let options = Self.defaults + [("dbname", address.text)]
    let made = Self.withTexts(options.map(\.0)) { names in
      Self.withTexts(options.map(\.1)) { values in library.connect(names, values, 1) }
    }
    guard let made else { throw PostgresError(state: nil, message: "no memory for a connection") }
    connection = made
    // By default libpq writes notices to standard error; what ends a connection is reported by what it was to do.
    _ = library.setNoticeProcessor(made, { _, _ in }, nil)
    guard library.status(made) == LibPQ.isConnected, library.setNonblocking(made, 1) == 0 else {
      let remedy: String? =
        if library.needsPassword(made) != 0 {
          "Give the password by ~/.pgpass or PGPASSWORD."
        } else if library.usedPassword(made) != 0 {
          "Check the user, and the password in ~/.pgpass or PGPASSWORD."
        } else {
          nil
        }
      throw lost("", remedy: remedy)
    }
    do {
      try command(Self.session)
    } catch {
      close()
      throw error
    }
    return made
  }

  /// Executes a statement, which is prepared the first time.
  ///
  /// - Throws: ``PostgresError``, or ``ServiceError`` for a text that PostgreSQL does not store.
  @discardableResult
  func query(_ sql: String, _ arguments: [PostgresValue] = []) throws -> PostgresRows {
    let encoded = try arguments.map { try $0.encoded() }
    let connection = try open()
    let name: String
    if let known = prepared[sql] {
      name = known
    } else {
      // The one without a name is replaced by the next.
      name = prepared.count < Self.mostPrepared ? "s\(prepared.count)" : ""
      guard library.prepare(connection, name, sql, 0, nil) == 1 else { throw lost("") }
      _ = try answer(connection)
      if !name.isEmpty { prepared[sql] = name }
    }
    let lengths = encoded.map { CInt($0?.count ?? 0) }
    let formats = [CInt](repeating: 1, count: encoded.count)
    // A byte more, so that an empty value has an address too.
    var buffer: [CChar] = []
    buffer.reserveCapacity(encoded.reduce(1) { $0 + ($1?.count ?? 0) })
    var offsets: [Int?] = []
    for value in encoded {
      offsets.append(value == nil ? nil : buffer.count)
      if let value { buffer.append(contentsOf: value.lazy.map { CChar(bitPattern: $0) }) }
    }
    buffer.append(0)
    let isSent = buffer.withUnsafeBufferPointer { bytes in
      let values = offsets.map { offset in offset.flatMap { offset in bytes.baseAddress.map { $0 + offset } }
      }
      return library.execute(connection, name, CInt(encoded.count), values, lengths, formats, 1) == 1
    }
    guard isSent else { throw lost("") }
    return try answer(connection)
  }

  /// Executes statements without arguments.
  @discardableResult
  func command(_ sql: String) throws(PostgresError) -> PostgresRows {
    let connection = try open(unlessOpening: sql)
    guard library.query(connection, sql) == 1 else { throw lost("") }
    return try answer(connection)
  }

  private func open(unlessOpening sql: String) throws(PostgresError) -> LibPQ.Connection {
    if sql == Self.session, let connection { return connection }
    return try open()
  }

  /// What a transaction sees.
  enum View: String {
    /// With every statement what was committed before it.
    case latest = "BEGIN"
    /// What was committed before its first statement; it writes nothing.
    case snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
  }

  /// Begins a transaction, on a new connection where the old one turns out to be lost.
  func begin(_ view: View = .latest) throws(PostgresError) {
    isInTransaction = false
    do {
      try command(view.rawValue)
    } catch  where error.endsConnection {
      close()
      try command(view.rawValue)
    }
    isInTransaction = true
  }

  /// Commits.
  ///
  /// - Throws: ``PostgresError``; where the connection was lost, nobody knows whether it was committed.
  func commit() throws(PostgresError) {
    let tag = try command("COMMIT").tag
    isInTransaction = false
    guard tag == "COMMIT" else {
      throw PostgresError(state: "40000", message: "the transaction was undone")
    }
  }

  /// Undoes the transaction after an error.
  func rollback(after error: any Error) {
    defer { isInTransaction = false }
    if (error as? PostgresError)?.endsConnection == true || connection == nil {
      close()
      return
    }
    do {
      try command("ROLLBACK")
    } catch {
      close()
    }
  }

  /// The file descriptor, and the number of the server's process.
  func identity() throws(PostgresError) -> (socket: CInt, backend: CInt) {
    let connection = try open()
    return (library.socket(connection), library.backend(connection))
  }

  /// What was notified since the last call, and by whom.
  func notifications() throws(PostgresError) -> [(backend: CInt, payload: String)] {
    guard let connection, library.consume(connection) == 1 else { throw lost("") }
    var found: [(backend: CInt, payload: String)] = []
    while let address = library.nextNotification(connection) {
      let notification = address.load(as: LibPQ.Notification.self)
      found.append((notification.backend, notification.payload.map { String(cString: $0) } ?? ""))
      library.free(address)
    }
    return found
  }

  /// The last result of what was sent, once the server has nothing more to say.
  private func answer(_ connection: LibPQ.Connection) throws(PostgresError) -> PostgresRows {
    let deadline = Date.timeIntervalSinceReferenceDate + Self.patience
    var rows: PostgresRows?
    var failure: PostgresError?
    while true {
      let unsent = library.flush(connection)
      guard unsent >= 0 else { throw lost("") }
      if unsent == 0, library.isBusy(connection) == 0 {
        guard let result = library.nextResult(connection) else { break }
        let found = PostgresRows(library, result)
        if LibPQ.successes.contains(library.resultStatus(result)) {
          rows = found
        } else {
          failure = failure ?? error(of: result, connection)
        }
        continue
      }
      let left = deadline - Date.timeIntervalSinceReferenceDate
      guard left > 0 else {
        close()
        throw .noAnswer(seconds: Int(Self.patience))
      }
      let events = POLLIN | (unsent == 1 ? POLLOUT : 0)
      var descriptor = pollfd(fd: library.socket(connection), events: Int16(events), revents: 0)
      _ = poll(&descriptor, 1, CInt(left * 1000) + 1)
      if descriptor.revents & Int16(POLLIN | POLLERR | POLLHUP) != 0, library.consume(connection) == 0 {
        throw lost("")
      }
    }
    if let failure {
      if failure.endsConnection { close() }
      throw failure
    }
    guard let rows else { throw lost("no answer") }
    return rows
  }

  private func error(of result: LibPQ.Result, _ connection: LibPQ.Connection) -> PostgresError {
    let message = library.field(result, LibPQ.fieldOfMessage).map { String(cString: $0) }
    return PostgresError(
      state: library.field(result, LibPQ.fieldOfState).map { String(cString: $0) },
      message: message ?? said(connection))
  }

  /// Gives the connection up, and says why.
  private func lost(_ reason: String, remedy: String? = nil) -> PostgresError {
    let message = reason.isEmpty ? connection.map(said) ?? "no connection" : reason
    close()
    return PostgresError(state: nil, message: message, remedy: remedy)
  }

  private func said(_ connection: LibPQ.Connection) -> String {
    let text = library.errorMessage(connection).map { String(cString: $0) } ?? ""
    let line = text.replacing("\n", with: " ").trimmingCharacters(in: .whitespaces)
    return line.isEmpty ? "the connection was lost" : line
  }

  /// Calls `body` with C strings and a null after them.
  private static func withTexts<Value>(
    _ texts: [String], _ body: (UnsafePointer<LibPQ.Text?>) -> Value
  ) -> Value {
    let copies = texts.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies.map { $0.map { LibPQ.Text($0) } } + [nil])
  }
}
