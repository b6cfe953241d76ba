import Foundation
import HTTPTypes
import Hummingbird
import Metrics

/// Answers with server-sent events.
struct EventStream: Sendable {
  let metrics: ServiceMetrics

  /// An answer that goes on as long as `write` does.
  func response(
    _ write: @escaping @Sendable (inout any ResponseBodyWriter) async throws -> Void
  ) -> Response {
    Response(
      status: .ok, headers: [.contentType: "text/event-stream"],
      body: ResponseBody { [metrics] writer in
        metrics.streams.increment()
        defer { metrics.streams.decrement() }
        try await writer.write(ByteBuffer(string: "retry: 2000\n\n"))
        try await write(&writer)
        try await writer.finish(nil)
      })
  }

  /// What keeps a stream open where nothing happens.
  static let heartbeat = ByteBuffer(string: ": heartbeat\n\n")

  /// An event with a value as JSON.
  ///
  /// - Parameters:
  ///   - name: What happened.
  ///   - value: Of what.
  ///   - id: What a client that comes back sends; nil for none.
  /// - Returns: The event as it is sent.
  /// - Throws: What the encoder throws.
  static func event(_ name: String, _ value: some Encodable, id: String? = nil) throws -> ByteBuffer {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // JSON holds no line break outside of strings, and none within that is not escaped.
    let data = String(decoding: try encoder.encode(value), as: UTF8.self)
    return ByteBuffer(string: "\(id.map { "id: \($0)\n" } ?? "")event: \(name)\ndata: \(data)\n\n")
  }
}
