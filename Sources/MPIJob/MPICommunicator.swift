import CMPIShim
import Foundation
import MetaLR

/// The ranks of an MPI job: `mpirun -n 8 metalr ...` or `srun --mpi=pmix metalr ...`.
///
/// Everything goes through rank 0, which gathers all shares and sends them out again. Waiting is by looking every
/// millisecond, so that ranks that share a core leave it to those that work, and a job that is told to end does so.
public final class MPICommunicator: Communicator {
  /// Number of this process, from 0.
  public let rank: Int
  /// How many processes there are.
  public let count: Int
  /// How many of them are on this machine.
  public let countOnNode: Int
  /// What exchanges cost this rank so far.
  public private(set) var exchanges = ExchangeCost()

  private let shouldStop: @Sendable () -> Bool

  /// After a signal, seconds that others are waited for: mpirun kills a second after its own.
  private static let grace = 0.5

  /// Joins the job that started this process.
  ///
  /// - Parameters:
  ///   - environment: By which a launcher makes itself known.
  ///   - shouldStop: Asked while waiting for other ranks.
  /// - Returns: nil when no launcher of MPI started this process.
  /// - Throws: ``MPIError`` when MPI cannot be used.
  public static func join(
    environment: [String: String] = ProcessInfo.processInfo.environment,
    shouldStop: @escaping @Sendable () -> Bool
  ) throws(MPIError) -> MPICommunicator? {
    // Open MPI's mpirun, the process managers of MPICH and Slurm.
    let launchers = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMI_RANK", "PMIX_RANK"]
    guard launchers.contains(where: { environment[$0] != nil }) else { return nil }
    guard mpi_shim_is_built() == 1 else {
      throw MPIError(
        problem: "This build of metalr is without MPI, and would do the same work in every process",
        remedy: "Build it with: swift build -c release --traits MPI")
    }
    return try MPICommunicator(shouldStop: shouldStop)
  }

  private init(shouldStop: @escaping @Sendable () -> Bool) throws(MPIError) {
    var (rank, ranks, ranksOfNode): (Int32, Int32, Int32) = (0, 1, 1)
    try MPIError.check(mpi_shim_begin(&rank, &ranks, &ranksOfNode), "begin")
    (self.rank, count, countOnNode) = (Int(rank), Int(ranks), Int(ranksOfNode))
    self.shouldStop = shouldStop
    guard count <= mpi_shim_slots else {
      throw MPIError(
        problem: "There are \(count) ranks", remedy: "Use at most \(mpi_shim_slots).")
    }
  }

  /// Leaves the job; every rank does so at its end.
  public func leave() {
    _ = mpi_shim_end()
  }

  /// Gives every rank the data of all, by way of rank 0.
  ///
  /// - Throws: ``MPIError``, or ``LostRanks`` when the job is told to end while others' data are due.
  public func exchange(_ data: Data) throws -> [Data] {
    let clock = ContinuousClock()
    let start = clock.now
    defer { exchanges.seconds += (clock.now - start) / .seconds(1) }
    exchanges.count += 1
    guard rank == 0 else {
      try send(data, to: [0])
      let all = try receive(from: [0])[0]
      exchanges.bytes += all.count
      guard let shares = Frames.split(all, count: count) else {
        throw RankError(
          rank: 0, problem: "sent something that cannot be read; is it another build of metalr?")
      }
      return shares
    }
    let others = Array(1..<count)
    let shares = [data] + (try receive(from: others))
    let all = Frames.join(shares)
    exchanges.bytes += all.count
    try send(all, to: others)
    return shares
  }

  private func send(_ data: Data, to ranks: [Int]) throws {
    guard let size = Int32(exactly: data.count) else {
      throw MPIError(
        problem: "\(data.count) bytes are more than ranks can exchange at once",
        remedy: "Use fewer members or episodes an update, a smaller network, or a single process.")
    }
    // The bytes stay where they are until all sends are done.
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, data.count), alignment: 16)
    defer { bytes.deallocate() }
    data.copyBytes(to: bytes)
    for rank in ranks {
      try MPIError.check(
        mpi_shim_send(bytes.baseAddress, size, Int32(rank), Int32(rank)), "send to rank \(rank)")
    }
    try wait(for: ranks) { rank in
      var isSent: Int32 = 0
      try MPIError.check(mpi_shim_is_sent(Int32(rank), &isSent), "send to rank \(rank)")
      return isSent != 0
    }
  }

  private func receive(from ranks: [Int]) throws -> [Data] {
    var received: [Int: Data] = [:]
    try wait(for: ranks) { rank in
      var (isThere, count): (Int32, Int32) = (0, 0)
      try MPIError.check(mpi_shim_probe(Int32(rank), &isThere, &count), "hear from rank \(rank)")
      guard isThere != 0 else { return false }
      var data = Data(count: Int(count))
      let code = data.withUnsafeMutableBytes { mpi_shim_receive($0.baseAddress, count, Int32(rank)) }
      try MPIError.check(code, "receive from rank \(rank)")
      received[rank] = data
      return true
    }
    return ranks.compactMap { received[$0] }
  }

  /// Looks at each rank until all are done.
  private func wait(for ranks: [Int], isDone: (Int) throws -> Bool) throws {
    let clock = ContinuousClock()
    var deadline: ContinuousClock.Instant?
    var due = ranks
    while true {
      due = try due.filter { try !isDone($0) }
      if due.isEmpty { return }
      if shouldStop() {
        let end = deadline ?? clock.now + .seconds(Self.grace)
        deadline = end
        if clock.now >= end { throw LostRanks(ranks: due) }
      }
      usleep(1000)
    }
  }
}

/// MPI cannot be used, or a call of it failed.
public struct MPIError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What happened.
  public let problem: String
  /// What to do about it.
  public let remedy: String

  /// What happened, and the remedy.
  public var description: String { "\(problem). \(remedy)" }

  static func check(_ code: Int32, _ action: String) throws(MPIError) {
    guard code != 0 else { return }
    throw MPIError(
      problem: "MPI could not \(action) (\(String(cString: mpi_shim_error(code))))",
      remedy: "See what mpirun says of it; a training goes on with the same command and --resume.")
  }
}

/// The job was told to end while the work of some ranks was due, which is how the loss of a rank shows.
public struct LostRanks: Error, Sendable, Equatable, CustomStringConvertible {
  /// The ranks whose work was due.
  public let ranks: [Int]

  /// The ranks, and how to go on.
  public var description: String {
    let names = ranks.map(String.init).joined(separator: ", ")
    return "The job was told to end while the work of rank\(ranks.count == 1 ? "" : "s") \(names) was due: "
      + "if mpirun reports a lost rank, it is among these. "
      + "A training goes on with the same command and --resume, with any number of ranks."
  }
}
