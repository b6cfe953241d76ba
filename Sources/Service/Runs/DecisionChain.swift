import Crypto
import Foundation
import GRDB
import MetaLR

/// Binds each decision of a run to the one before it by a hash, so that a decision that was changed, moved or taken
/// out of the middle does not fit any more.
///
/// The link of a decision is the SHA-256 of the link before it (of the run's id, for the first) and of every column of
/// its row, as bytes.
enum DecisionChain {
  /// Bytes of a link.
  static let length = SHA256.byteCount

  /// The columns of a decision's row but the link.
  struct Columns {
    let step: Int
    let time: Int64
    let observation: [UInt8]
    let learningRate: Double
    let scale: Double
    let verdict: String
    let source: String
    let outOfDistribution: Double?
    let state: [UInt8]
  }

  /// The link of a row after the one with the link `previous`; nil for the first.
  static func link(_ row: Columns, after previous: [UInt8]?, run id: String) -> [UInt8] {
    var bytes = ByteWriter(capacity: 1024)
    for part in [
      previous ?? Array(id.utf8), row.observation, Array(row.verdict.utf8), Array(row.source.utf8),
    ] {
      bytes.append(UInt32(part.count))
      bytes.append(contentsOf: part)
    }
    bytes.append(Int64(row.step))
    bytes.append(row.time)
    // SQLite keeps no sign of zero.
    for number in [row.learningRate, row.scale, row.outOfDistribution ?? -1] { bytes.append(number + 0) }
    bytes.append(contentsOf: row.state)
    return Array(SHA256.hash(data: bytes.bytes))
  }

  /// Every decision of the runs that are not being deleted, by run and step, with the id of its run and its link.
  static func forEachRow(
    _ database: Database, _ work: (_ run: Int64, _ id: String, Columns, _ link: [UInt8]?) throws -> Void
  ) throws {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT run, id, step, time, observation, learningRate, scale, verdict, source, outOfDistribution, state, link \
        FROM decisions JOIN runs ON runs.key = decisions.run WHERE runs.deleted = 0 ORDER BY run, step
        """)
    while let row = try rows.next() {
      let observation: Data = row["observation"]
      let state: Data = row["state"]
      let link: Data? = row["link"]
      try work(
        row["run"], row["id"],
        Columns(
          step: row["step"], time: row["time"], observation: Array(observation),
          learningRate: row["learningRate"], scale: row["scale"], verdict: row["verdict"],
          source: row["source"],
          outOfDistribution: row["outOfDistribution"], state: Array(state)),
        link.map(Array.init))
    }
  }

  /// Links every decision of a database from before there was a chain, or after its rows were written anew.
  static func linkAll(_ database: Database) throws {
    try database.execute(sql: "CREATE TEMP TABLE links (run INTEGER, step INTEGER, link BLOB)")
    let insertion = try database.makeStatement(sql: "INSERT INTO links VALUES (?, ?, ?)")
    var latest: (run: Int64, link: [UInt8])?
    try forEachRow(database) { run, id, row, _ in
      let link = link(row, after: latest?.run == run ? latest?.link : nil, run: id)
      latest = (run, link)
      try insertion.execute(arguments: [run, row.step, Data(link)])
    }
    try database.execute(
      sql: """
        UPDATE decisions SET link = links.link FROM links \
        WHERE decisions.run = links.run AND decisions.step = links.step;
        DROP TABLE links
        """)
  }
}

extension DecisionChain.Columns {
  /// What is stored of a decision.
  ///
  /// A history is JSON of several kilobytes, so this is made once a decision.
  init(_ decision: StoredDecision) {
    self.init(
      step: decision.step, time: decision.time, observation: decision.observation.stored,
      learningRate: decision.answer.learningRate, scale: decision.answer.scale,
      verdict: decision.answer.verdict.rawValue, source: decision.answer.source,
      outOfDistribution: decision.answer.outOfDistribution, state: decision.state.stored)
  }
}
