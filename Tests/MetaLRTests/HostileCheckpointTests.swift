import Files
import Foundation
import Testing

@testable import MetaLR

@Suite("Checkpoints that claim what they do not hold")
struct HostileCheckpointTests {
  /// A checkpoint whose description says `new` where it said `old`.
  private static func edited(
    _ actor: NetworkShape, _ old: String, _ new: String
  ) throws -> Data {
    var file = try Safetensors(decoding: CheckpointTests.sample(actor: actor).encoded(), path: "a.ckpt")
    let text = try #require(file.metadata["controller"])
    #expect(text.contains(old))
    file.metadata["controller"] = text.replacingOccurrences(of: old, with: new)
    return try file.encoded()
  }

  @Test("Networks larger than the file are refused without memory for them")
  func claimedSize() throws {
    for (actor, old, new) in [
      (NetworkShape.lstm(hidden: 5), "\"hidden\":5", "\"hidden\":65536"),
      (.gru(embedding: 3, hidden: 5), "\"hidden\":5", "\"hidden\":65536"),
      (.gru(embedding: 3, hidden: 5), "\"embedding\":3", "\"embedding\":65536"),
    ] {
      let data = try Self.edited(actor, old, new)
      let error = #expect(throws: FileError.self) { try Checkpoint(decoding: data, path: "a.ckpt") }
      #expect(error?.problem.contains("lacks a finite F32 tensor") == true)
    }
  }

  @Test("An embedding of impossible size is refused", arguments: ["-1", "0", "65537", "9223372036854775807"])
  func impossibleEmbedding(size: String) throws {
    let data = try Self.edited(.gru(embedding: 3, hidden: 5), "\"embedding\":3", "\"embedding\":\(size)")
    #expect(throws: FileError.self) { try Checkpoint(decoding: data, path: "a.ckpt") }
  }

  @Test("Negative squares are refused: their square root is no number")
  func negativeSquares() throws {
    var file = try Safetensors(decoding: CheckpointTests.sample().encoded(), path: "a.ckpt")
    let shape = try #require(file.tensors["normalizer.squaredDeviations"]).shape
    file.tensors["normalizer.squaredDeviations"] = Tensor(
      shape: shape, values: .float64(Array(repeating: -1, count: shape[0])))
    let data = try file.encoded()
    let error = #expect(throws: FileError.self) { try Checkpoint(decoding: data, path: "a.ckpt") }
    #expect(error?.problem.contains("negative squares") == true)
  }

  @Test("Finite weights whose sums overflow are refused", arguments: [Float(3e38), -2e30])
  func hugeWeights(weight: Float) throws {
    let whole = try Safetensors(decoding: CheckpointTests.sample().encoded(), path: "a.ckpt")
    for (name, tensor) in whole.tensors where !name.hasPrefix("normalizer") {
      var file = whole
      file.tensors[name] = Tensor(
        shape: tensor.shape,
        values: .float32(Array(repeating: weight, count: tensor.shape.reduce(1, *))))
      let data = try file.encoded()
      let error = #expect(throws: FileError.self) { try Checkpoint(decoding: data, path: "a.ckpt") }
      #expect(error?.problem.contains("which give no decision") == true)
    }
  }

  @Test("Counts and clips beyond all use are refused")
  func impossibleStatistics() throws {
    for (name, value) in [("normalizerCount", "9223372036854775807"), ("normalizerClip", "1e30")] {
      var file = try Safetensors(decoding: CheckpointTests.sample().encoded(), path: "a.ckpt")
      let text = try #require(file.metadata["controller"])
      file.metadata["controller"] = text.replacing(
        try Regex("\"\(name)\":[0-9.]+"), with: "\"\(name)\":\(value)")
      #expect(file.metadata["controller"] != text)
      let data = try file.encoded()
      #expect(throws: FileError.self) { try Checkpoint(decoding: data, path: "a.ckpt") }
    }
  }
}
