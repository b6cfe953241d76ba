import Foundation

/// Processes that do one job together: each runs the same program on the same options, and does its share.
///
/// A ``TraineePool`` that is given a communicator spreads its jobs over the ranks.
public protocol Communicator: AnyObject {
  /// Number of this process, from 0.
  var rank: Int { get }
  /// How many processes there are, at least 1.
  var count: Int { get }

  /// Gives every rank the data of all.
  ///
  /// Every rank calls it, and with the same calls in the same order.
  ///
  /// - Parameter data: What this rank has to say.
  /// - Returns: What each rank had to say, in the order of ranks.
  /// - Throws: What kept the data of a rank from coming, for instance its end.
  func exchange(_ data: Data) throws -> [Data]
}

extension Communicator {
  /// Does work on rank 0 alone and gives its result, or its error, to all.
  ///
  /// - Parameter work: Done on rank 0.
  /// - Returns: The result, on every rank; it is what decoding makes of it.
  /// - Throws: On rank 0 what `work` threw, on others ``RankError``.
  public func onFirstRank<Value: Codable>(_ work: () throws -> Value) throws -> Value {
    if rank > 0 { return try decodeShare(Value.self, from: exchange(Data())[0], of: 0) }
    let result = Result(catching: work)
    _ = try exchange(encodeShare(result))
    return try result.get()
  }
}

/// What a rank has to say: a value, or why it has none.
struct Share<Value: Codable>: Codable {
  var value: Value?
  var isInterrupted = false
  var error: String?
}

func encodeShare<Value: Codable>(_ result: Result<Value, any Error>) throws -> Data {
  var share = Share<Value>()
  switch result {
  case .success(let value): share.value = value
  case .failure(is Interrupted): share.isInterrupted = true
  case .failure(let error): share.error = "\(error)"
  }
  let encoder = JSONEncoder()
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  return try encoder.encode(share)
}

func decodeShare<Value: Codable>(_ type: Value.Type, from data: Data, of rank: Int) throws -> Value {
  let decoder = JSONDecoder()
  decoder.nonConformingFloatDecodingStrategy = .convertFromString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  guard let share = try? decoder.decode(Share<Value>.self, from: data) else {
    throw RankError(rank: rank, problem: "sent something that cannot be read; is it another build of metalr?")
  }
  if share.isInterrupted { throw Interrupted() }
  guard let value = share.value else {
    throw RankError(rank: rank, problem: "failed: \(share.error ?? "for no reason that it gave")")
  }
  return value
}

/// What went wrong on another rank.
public struct RankError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The rank.
  public let rank: Int
  /// What went wrong, as the end of a sentence that begins with the rank.
  public let problem: String

  /// Creates an error about one rank.
  public init(rank: Int, problem: String) {
    self.rank = rank
    self.problem = problem
  }

  /// The rank and what went wrong, as a sentence.
  public var description: String { "Rank \(rank) \(problem)" }
}
