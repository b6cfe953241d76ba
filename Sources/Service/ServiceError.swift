import Foundation

/// What a client is told when a request is refused: one shape for every error.
public struct ServiceError: Error, Sendable, Equatable, Codable, CustomStringConvertible {
  /// What went wrong, for programs: "step_out_of_order".
  public let code: String
  /// What went wrong, as a sentence.
  public let message: String
  /// What to do about it, as a sentence.
  public let remedy: String
  /// The HTTP status.
  let status: Int
  /// Seconds after which a retry makes sense; nil where it makes none.
  let retryAfter: Int?

  private enum CodingKeys: String, CodingKey {
    case code, message, remedy
  }

  /// Creates an error.
  init(_ status: Int, _ code: String, _ message: String, remedy: String, retryAfter: Int? = nil) {
    self.status = status
    self.code = code
    self.message = message
    self.remedy = remedy
    self.retryAfter = retryAfter
  }

  /// Reads an error's body; its status is not part of it.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    code = try container.decode(String.self, forKey: .code)
    message = try container.decode(String.self, forKey: .message)
    remedy = try container.decode(String.self, forKey: .remedy)
    status = 0
    retryAfter = nil
  }

  /// The error as JSON.
  var body: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }

  /// Message and remedy.
  public var description: String { "\(message) \(remedy)" }
}
