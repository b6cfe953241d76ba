import Files
import GRDB

/// The tables, and how older databases become this build's.
enum Schema {
  /// Marks a file as a database of metalr ("mlr1").
  static let applicationID = 0x6d6c_7231
  /// The schema that chains decisions.
  private static let chainedVersion = 4
  /// The schema of this build.
  static var version: Int { migrations.count }

  /// Lists of statements, the one at index i from version i to i + 1; landed ones never change.
  static let migrations = [
    """
    CREATE TABLE controllers (
      hash TEXT NOT NULL PRIMARY KEY,
      name TEXT NOT NULL,
      checkpoint BLOB NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE runs (
      key INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      owner TEXT NOT NULL,
      requestKey TEXT,
      controller TEXT NOT NULL,
      controllerHash TEXT NOT NULL REFERENCES controllers (hash),
      initialLearningRate REAL NOT NULL,
      totalSteps INTEGER NOT NULL,
      interval INTEGER NOT NULL,
      labels TEXT NOT NULL,
      created TEXT NOT NULL,
      status TEXT NOT NULL,
      rewinds INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX runsOfOwner ON runs (owner, status);
    CREATE UNIQUE INDEX runsOfRequest ON runs (owner, requestKey) WHERE requestKey IS NOT NULL;
    CREATE TABLE decisions (
      run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
      step INTEGER NOT NULL,
      observation BLOB NOT NULL,
      learningRate REAL NOT NULL,
      scale REAL NOT NULL,
      verdict TEXT NOT NULL,
      source TEXT NOT NULL,
      outOfDistribution REAL,
      state BLOB NOT NULL,
      PRIMARY KEY (run, step)
    ) WITHOUT ROWID;
    CREATE TABLE heartbeat (only INTEGER PRIMARY KEY CHECK (only = 1), count INTEGER NOT NULL);
    INSERT INTO heartbeat VALUES (1, 0);
    """,
    // No table changes: from here on states may be of format 2, which an older build would call damaged.
    "",
    // The rules of a run. Those of runs from before are not known: they get those of the first start after it.
    """
    CREATE TABLE rules (
      key INTEGER PRIMARY KEY,
      rules TEXT NOT NULL UNIQUE
    );
    ALTER TABLE runs ADD COLUMN rules INTEGER REFERENCES rules (key);
    ALTER TABLE runs ADD COLUMN decisionVersion INTEGER NOT NULL DEFAULT 2;
    """,
    // The chain of each run's decisions, and the ledger of the whole file.
    """
    CREATE TABLE ledger (only INTEGER PRIMARY KEY CHECK (only = 1), id BLOB NOT NULL, changes INTEGER NOT NULL);
    INSERT INTO ledger VALUES (1, randomblob(16), 0);
    CREATE TABLE losses (time TEXT NOT NULL, missing INTEGER NOT NULL);
    ALTER TABLE decisions ADD COLUMN time INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE decisions ADD COLUMN link BLOB;
    """,
    // When a run was last touched, and whether it is hidden until it is deleted. Open runs from before are not silent
    // yet; others are as old as they are.
    """
    ALTER TABLE runs ADD COLUMN touched INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;
    UPDATE runs SET touched = 1000 * CAST(strftime('%s', CASE status WHEN 'open' THEN 'now' ELSE created END) AS INTEGER);
    CREATE INDEX runsByOwner ON runs (owner);
    CREATE INDEX runsByStatus ON runs (status, touched);
    CREATE INDEX deletedRuns ON runs (key) WHERE deleted = 1;
    """,
    // The trainings of controllers, with their learning curves.
    """
    CREATE TABLE trainings (
      key INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      owner TEXT NOT NULL,
      name TEXT NOT NULL,
      request TEXT NOT NULL,
      status TEXT NOT NULL,
      created INTEGER NOT NULL,
      started INTEGER NOT NULL DEFAULT 0,
      ended INTEGER NOT NULL DEFAULT 0,
      episodes INTEGER NOT NULL DEFAULT 0,
      attempts INTEGER NOT NULL DEFAULT 0,
      failure TEXT,
      controllerHash TEXT
    );
    CREATE INDEX trainingsByName ON trainings (name);
    CREATE INDEX trainingsByStatus ON trainings (status, key);
    CREATE TABLE trainingUpdates (
      training INTEGER NOT NULL REFERENCES trainings (key) ON DELETE CASCADE,
      number INTEGER NOT NULL,
      episodes INTEGER NOT NULL,
      meanReturn REAL,
      divergedShare REAL NOT NULL,
      PRIMARY KEY (training, number)
    ) WITHOUT ROWID;
    """,
  ]

  /// Refuses a database that is not of this build's schema.
  ///
  /// - Throws: `FileError` that says which it is of.
  static func require(_ database: Database, path: String) throws {
    let application = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
    let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    guard application == applicationID else {
      throw FileError(
        path: path, problem: "is a database of another program", remedy: "Give another file.")
    }
    guard found == version else {
      throw FileError(
        path: path, problem: "has schema \(found); this build reads \(version)",
        remedy: found < version
          ? "Start `metalr serve` on it once, which brings it up to date." : "Upgrade metalr.")
    }
  }

  /// Brings a database to this build's schema.
  ///
  /// - Throws: `FileError` when it is of a newer schema, or of another program.
  static func migrate(_ database: Database, path: String) throws {
    let application = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
    let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
    guard application == applicationID || tables == 0 else {
      throw FileError(
        path: path, problem: "is a database of another program", remedy: "Give another file.")
    }
    guard found <= version else {
      throw FileError(
        path: path, problem: "has schema \(found); this build reads up to \(version)",
        remedy: "Upgrade metalr, or give the backup that was made before the upgrade.")
    }
    guard found < version else { return }
    try database.inTransaction(.immediate) {
      for statements in migrations[found...] { try database.execute(sql: statements) }
      if found < chainedVersion { try DecisionChain.linkAll(database) }
      try database.execute(sql: "PRAGMA user_version = \(version); PRAGMA application_id = \(applicationID)")
      return .commit
    }
  }
}
