import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

extension Request {
  /// The body, read as JSON.
  ///
  /// - Throws: ``ServiceError`` when it is too large, of another type, or does not say what is expected.
  func json<Value: Decodable>(
    _ type: Value.Type, limit: Int
  ) async throws(ServiceError) -> Value {
    guard let contentType = headers[.contentType], Self.isJSON(contentType) else {
      throw ServiceError(
        415, "unsupported_media_type", "The body is not declared as JSON.",
        remedy: "Send the header 'Content-Type: application/json'.")
    }
    let data = try await data(limit: limit)
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch let error as DecodingError {
      throw Self.invalidBody(error)
    } catch {
      throw Self.invalidBody("The body is not JSON.")
    }
  }

  private func data(limit: Int) async throws(ServiceError) -> Data {
    do {
      let buffer = try await body.collect(upTo: limit)
      return Data(buffer.readableBytesView)
    } catch is NIOTooManyBytesError {
      throw ServiceError(
        413, "body_too_large", "The body has more than \(limit) bytes.", remedy: "Send a smaller body.")
    } catch {
      throw Self.invalidBody("The body ended early.")
    }
  }

  private static func isJSON(_ contentType: String) -> Bool {
    // What nearly every client sends.
    if contentType == "application/json" { return true }
    let type = contentType.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces)
    return type.lowercased() == "application/json"
  }

  private static func invalidBody(_ error: DecodingError) -> ServiceError {
    switch error {
    case .keyNotFound(let key, let context):
      invalidBody("\(name(context.codingPath + [key])) is missing.")
    case .valueNotFound(_, let context): invalidBody("\(name(context.codingPath)) is null.")
    case .typeMismatch(let type, let context):
      invalidBody("\(name(context.codingPath)) is not of the type \(type).")
    case .dataCorrupted(let context):
      invalidBody(
        context.codingPath.isEmpty
          ? "The body is not JSON."
          : "\(name(context.codingPath)) cannot be read: \(context.debugDescription)")
    @unknown default: invalidBody("The body is not what is expected.")
    }
  }

  private static func name(_ path: [any CodingKey]) -> String {
    path.isEmpty ? "The body" : path.map(\.stringValue).joined(separator: ".").prefix(100).description
  }

  private static func invalidBody(_ message: String) -> ServiceError {
    ServiceError(
      400, "invalid_body", message, remedy: "Send the JSON object that /openapi.yaml describes.")
  }
}

extension Response {
  /// A value as JSON.
  static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) -> Response {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(value) else {
      return .error(
        ServiceError(
          500, "internal_error", "The answer could not be written as JSON.",
          remedy: "Report this with the request that caused it."))
    }
    return Response(
      status: status, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
  }

  /// An error in the one shape that errors have.
  static func error(_ error: ServiceError) -> Response {
    var response = json(error, status: .init(code: error.status))
    if let seconds = error.retryAfter { response.headers[.retryAfter] = "\(seconds)" }
    if error.status == 401 { response.headers[.wwwAuthenticate] = "Bearer" }
    return response
  }

  /// Text of some type.
  static func text(_ text: String, type: String) -> Response {
    Response(
      status: .ok, headers: [.contentType: type],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }
}
