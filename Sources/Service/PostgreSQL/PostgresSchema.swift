import Files

/// The tables in PostgreSQL, all in the schema `metalr`, and how older ones become this build's.
enum PostgresSchema {
  /// Lists of statements, the one at index i from version i to i + 1; landed ones never change.
  ///
  /// While instances are replaced one by one, the build before works on the tables of the next: a migration only adds.
  static let migrations = [
    """
    CREATE TABLE controllers (
      hash text PRIMARY KEY,
      name text NOT NULL,
      checkpoint bytea NOT NULL
    );
    CREATE TABLE rules (
      key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      rules text NOT NULL UNIQUE
    );
    CREATE TABLE runs (
      key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      id text NOT NULL UNIQUE,
      owner text NOT NULL,
      request_key text,
      controller text NOT NULL,
      controller_hash text NOT NULL REFERENCES controllers (hash),
      initial_learning_rate double precision NOT NULL,
      total_steps bigint NOT NULL,
      step_interval bigint NOT NULL,
      labels text NOT NULL,
      label_index jsonb NOT NULL,
      created text NOT NULL,
      rules bigint NOT NULL REFERENCES rules (key),
      decision_version bigint NOT NULL,
      status text NOT NULL,
      rewinds bigint NOT NULL DEFAULT 0,
      touched bigint NOT NULL,
      deleted boolean NOT NULL DEFAULT false
    );
    CREATE UNIQUE INDEX runs_of_request ON runs (owner, request_key) WHERE request_key IS NOT NULL;
    CREATE INDEX runs_of_owner ON runs (owner, status);
    CREATE INDEX runs_by_status ON runs (status, touched);
    CREATE INDEX runs_of_controller ON runs (controller_hash);
    CREATE INDEX deleted_runs ON runs (key) WHERE deleted;
    CREATE TABLE decisions (
      run bigint NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
      step bigint NOT NULL,
      observation bytea NOT NULL,
      learning_rate double precision NOT NULL,
      scale double precision NOT NULL,
      verdict text NOT NULL,
      source text NOT NULL,
      out_of_distribution double precision,
      state bytea NOT NULL,
      time bigint NOT NULL,
      link bytea NOT NULL,
      PRIMARY KEY (run, step)
    );
    CREATE TABLE heartbeat (only_row bigint PRIMARY KEY CHECK (only_row = 1), count bigint NOT NULL);
    INSERT INTO heartbeat VALUES (1, 0);
    """
  ]

  /// The schema of this build.
  static var version: Int { migrations.count }

  /// Locks of the whole database ("mlr1" and a number): who migrates, who keeps house.
  static let migrationLock: Int64 = 0x6d6c_7231_0001
  static let housekeepingLock: Int64 = 0x6d6c_7231_0002

  /// Brings the database to this build's schema, one instance at a time.
  ///
  /// - Returns: What the operator should know of the server.
  /// - Throws: `FileError` for a database of a newer schema or one that cannot hold every text; ``PostgresError``.
  static func migrate(_ connection: PostgresConnection, _ address: PostgresAddress) throws -> [String] {
    let settings = try connection.query(
      "SELECT current_setting('server_encoding'), current_setting('fsync'), current_setting('server_version_num')::bigint"
    ).first
    guard let settings, try settings.text(0) == "UTF8" else {
      throw FileError(
        path: address.shown, problem: "is not a database of the encoding UTF8",
        remedy: "Create it with 'createdb --encoding=UTF8 --template=template0'.")
    }
    guard try settings.integer(2) >= 140_000 else {
      throw FileError(
        path: address.shown, problem: "is on a server older than PostgreSQL 14", remedy: "Upgrade the server."
      )
    }
    try connection.begin()
    do {
      try connection.query("SELECT pg_advisory_xact_lock($1)", [.integer(migrationLock)])
      // Where somebody has made the schema, the service needs no right to make any.
      if try connection.query("SELECT to_regnamespace('metalr') IS NULL").first?.boolean(0) == true {
        try connection.command("CREATE SCHEMA metalr")
      }
      try connection.command("CREATE TABLE IF NOT EXISTS metalr.schema_version (version bigint NOT NULL)")
      let found = Int(try connection.query("SELECT version FROM schema_version").first?.integer(0) ?? 0)
      guard found <= version else {
        throw FileError(
          path: address.shown, problem: "has schema \(found); this build reads up to \(version)",
          remedy: "Upgrade metalr, or give the backup that was made before the upgrade.")
      }
      if found < version {
        for statements in migrations[found...] { try connection.command(statements) }
        try connection.command("DELETE FROM schema_version; INSERT INTO schema_version VALUES (\(version))")
      }
      try connection.commit()
    } catch {
      connection.rollback(after: error)
      throw error
    }
    guard try settings.text(1) == "on" else {
      return ["the server has fsync off: a loss of its power loses decisions that were acknowledged"]
    }
    return []
  }

  /// Refuses a database that is not of this build's schema.
  ///
  /// - Throws: `FileError` that says which it is of; ``PostgresError``.
  static func require(_ connection: PostgresConnection, _ address: PostgresAddress) throws {
    guard
      try connection.query("SELECT to_regclass('metalr.schema_version') IS NOT NULL").first?.boolean(0)
        == true
    else {
      throw FileError(
        path: address.shown, problem: "holds no runs of metalr", remedy: "Check the name of the database.")
    }
    let found = Int(try connection.query("SELECT version FROM schema_version").first?.integer(0) ?? 0)
    guard found == version else {
      throw FileError(
        path: address.shown, problem: "has schema \(found); this build reads \(version)",
        remedy: found < version
          ? "Start `metalr serve` on it once, which brings it up to date." : "Upgrade metalr.")
    }
  }
}
