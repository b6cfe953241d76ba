import Foundation
import MetaLR
import Testing

@testable import Command

@Suite("Numbers beside the progress")
struct EpisodeBoardTests {
  static func episode(loss: Double) throws -> EpisodeRecord {
    let text = """
      {"episode": 0, "problem": "p", "steps": 1, "seed": 0, "initialLearningRate": 1, "finalLearningRate": 1,
       "highestLearningRate": 1, "totalReward": 0.5, "bestValidationLoss": \(loss), "finalValidationLoss": 1,
       "hasDiverged": false}
      """
    return try JSONDecoder().decode(EpisodeRecord.self, from: Data(text.utf8))
  }

  @Test("A resumed training remembers its lowest loss until an episode is better")
  func resumed() throws {
    let board = EpisodeBoard(done: 4, bestLoss: 0.25, window: 12, showsLoss: true)
    let worse = board.add(try Self.episode(loss: 0.5))
    #expect(worse.count == 5)
    #expect(worse.details == ["mean return 0.500", "best validation loss 0.2500"])
    #expect(board.add(try Self.episode(loss: 0.125)).details.last == "best validation loss 0.1250")
  }

  @Test("A huge loss stays short")
  func huge() throws {
    let board = EpisodeBoard(done: 0, bestLoss: .infinity, window: 12, showsLoss: true)
    #expect(board.add(try Self.episode(loss: 2e32)).details.last == "best validation loss 2.00e32")
  }
}
