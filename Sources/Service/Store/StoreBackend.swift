/// Where runs are kept: a file of SQLite, or a PostgreSQL server.
protocol StoreBackend: Sendable {
  /// Whether other instances change runs too: then none may be kept in memory from one transaction to the next.
  var isShared: Bool { get }
  /// What the start found to be missing; nil for nothing.
  var loss: Ledger.Loss? { get }
  /// What else the operator should know of the start.
  var notices: [String] { get }

  /// Does `work` in one transaction, and returns once it is on the disk. Called by one thread.
  ///
  /// - Parameters:
  ///   - locks: What the work is about.
  ///   - work: Returns how many changes it made. It is done again where the database asks for that, so that it begins
  ///     with nothing each time.
  /// - Throws: What `work` throws, or what the database says: then nothing was acknowledged.
  func transaction(_ locks: RunLocks, _ work: (any RunTransaction) throws -> Int) throws

  /// Reads what was committed.
  func read<Value: Sendable>(
    _ query: @escaping @Sendable (any RunTransaction) throws -> Value
  ) async throws -> Value

  /// Tells other instances what a commit changed.
  func announce(_ events: [RunEvent])

  /// What other instances did; nil where there are none.
  var news: AsyncStream<PostgresBulletin.News>? { get }

  /// Bytes of the database, by part.
  func sizes() async -> [(name: String, bytes: Int)]

  func close()
}
