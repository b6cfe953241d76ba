import Files
import Foundation
import MetaLR
import Testing

@Suite("Work shared by ranks")
struct DistributedTests {
  /// Ranks that are threads of this process, for every test but those of MPI itself.
  final class ThreadRank: Communicator {
    let rank: Int
    let count: Int
    private let board: Board

    /// What each rank says in each round.
    final class Board: @unchecked Sendable {
      // Unchecked: everything is guarded by `condition`.
      private let condition = NSCondition()
      private var rounds: [[Int: Data]] = []

      func exchange(_ data: Data, round: Int, rank: Int, count: Int) -> [Data] {
        condition.lock()
        defer { condition.unlock() }
        if rounds.count == round { rounds.append([:]) }
        rounds[round][rank] = data
        condition.broadcast()
        while rounds[round].count < count { condition.wait() }
        return rounds[round].sorted { $0.key < $1.key }.map(\.value)
      }
    }

    private var round = 0

    init(rank: Int, count: Int, board: Board) {
      (self.rank, self.count, self.board) = (rank, count, board)
    }

    func exchange(_ data: Data) -> [Data] {
      defer { round += 1 }
      return board.exchange(data, round: round, rank: rank, count: count)
    }
  }

  /// Runs `work` on every rank and returns what came of it, in their order.
  static func onRanks<Value: Sendable>(
    _ count: Int, _ work: @escaping @Sendable (ThreadRank) throws -> Value
  ) -> [Result<Value, any Error>] {
    let board = ThreadRank.Board()
    let results = Results<Value>()
    let group = DispatchGroup()
    for rank in 0..<count {
      group.enter()
      let thread = Thread {
        results.add(
          Result { try work(ThreadRank(rank: rank, count: count, board: board)) }, of: rank)
        group.leave()
      }
      thread.start()
    }
    group.wait()
    return results.all
  }

  final class Results<Value: Sendable>: @unchecked Sendable {
    // Unchecked: guarded by `lock`.
    private let lock = NSLock()
    private var results: [Int: Result<Value, any Error>] = [:]

    var all: [Result<Value, any Error>] {
      lock.withLock { results.sorted { $0.key < $1.key }.map(\.value) }
    }

    func add(_ result: Result<Value, any Error>, of rank: Int) {
      lock.withLock { results[rank] = result }
    }
  }

  @Test(
    "A training gives the same bits alone and on every one of 2, 3 and 5 ranks, more than an update has episodes"
  )
  func sameBits() throws {
    let configuration = ControllerTrainingTests.configuration()
    let alone = try ControllerTrainingTests.train(configuration, workers: 2)
    for count in [2, 3, 5] {
      let trainings = try Self.onRanks(count) { rank in
        var training = try ControllerTraining(configuration: configuration)
        let pool = TraineePool(workers: 1, communicator: rank)
        while !training.isFinished {
          try training.advance(problems: ControllerTrainingTests.problems(), on: pool)
        }
        return training
      }.map { try $0.get() }
      #expect(trainings.count == count)
      for training in trainings {
        #expect(training.controller == alone.controller)
        #expect(training.state.episodes == alone.state.episodes)
      }
    }
  }

  @Test("Results of all ranks come in the order of jobs, and each rank is told of every one")
  func order() throws {
    for count in [1, 2, 3] {
      let results = Self.onRanks(count) { rank in
        let told = Results<Int>()
        let pool = TraineePool(workers: 2, communicator: rank) { RegressionTrainee() }
        let values = try pool.run(
          count: 7, onResult: { told.add(.success($1), of: $0) }, job: { index, _ in index * index })
        return [values, try told.all.map { try $0.get() }]
      }
      for result in results {
        #expect(try result.get() == Array(repeating: [0, 1, 4, 9, 16, 25, 36], count: 2))
      }
    }
  }

  @Test("Recorded jobs are done once, on whatever number of ranks, and all ranks have all results")
  func journal() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("metalr-\(UUID()).jsonl").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let keys = (0..<40).map { "job \($0)" }
    for (count, known, fresh) in [(1, 5, 5), (3, 20, 15), (2, 40, 20), (2, 40, 0)] {
      let done = Results<Int>()
      // Opened here, as the other ranks would wait for one that could not open it.
      let journal = try Journal(path: path, settings: "test")
      let results = Self.onRanks(count) { rank in
        let pool = TraineePool(workers: 2, communicator: rank) { RegressionTrainee() }
        return try pool.run(
          keys: Array(keys.prefix(known)), recordedIn: rank.rank == 0 ? journal : nil
        ) { index, _ in
          done.add(.success(index), of: index)
          return index * index
        }
      }
      for result in results {
        #expect(try result.get() == (0..<known).map { $0 * $0 })
      }
      #expect(done.all.count == fresh)
    }
    let journal = try Journal(path: path, settings: "test")
    #expect(journal.count == 40)
  }

  @Test("When a rank fails, every other one is told which and why, and none waits")
  func failure() {
    struct Broken: Error, CustomStringConvertible {
      let description = "the disk is full"
    }
    let results = Self.onRanks(3) { rank in
      let pool = TraineePool(workers: 1, communicator: rank) { RegressionTrainee() }
      return try pool.run(count: 6) { index, _ in
        if index == 4 { throw Broken() }
        return index
      }
    }
    #expect(throws: Broken.self) { try results[1].get() }
    for rank in [0, 2] {
      let error = #expect(throws: RankError.self) { try results[rank].get() }
      #expect(error?.description == "Rank 1 failed: the disk is full")
    }
  }

  @Test("When a rank is interrupted, all are")
  func interruption() {
    let results = Self.onRanks(2) { rank in
      let pool = TraineePool(workers: 1, communicator: rank) { RegressionTrainee() }
      return try pool.run(count: 2) { index, _ in
        if index == 1 { throw Interrupted() }
        return index
      }
    }
    for result in results { #expect(throws: Interrupted.self) { try result.get() } }
  }

  @Test("What the first rank does alone is known to all, errors too")
  func firstRank() {
    let results = Self.onRanks(2) { rank in try rank.onFirstRank { ["rank \(rank.rank)"] } }
    for result in results { #expect((try? result.get()) == ["rank 0"]) }
    let failures = Self.onRanks(2) { rank -> [String] in try rank.onFirstRank { throw Interrupted() } }
    for result in failures { #expect(throws: Interrupted.self) { try result.get() } }
  }

  @Test("Numbers keep every bit on their way, those that are not finite included")
  func bits() throws {
    let values: [Double] = [
      .pi, .leastNonzeroMagnitude, -0.0, .infinity, 0.1 + 0.2, .greatestFiniteMagnitude,
    ]
    let results = Self.onRanks(2) { rank in
      let pool = TraineePool(workers: 1, communicator: rank) { RegressionTrainee() }
      return try pool.run(count: values.count) { index, _ in [values[index], Double(Float(values[index]))] }
    }
    for result in results {
      #expect(try result.get().map { $0[0].bitPattern } == values.map(\.bitPattern))
      #expect(try result.get().map { $0[1] } == values.map { Double(Float($0)) })
    }
  }
}
