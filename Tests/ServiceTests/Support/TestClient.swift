import Foundation

/// A plain HTTP/1.1 client over one socket, which can also misbehave.
final class TestClient: @unchecked Sendable {
  // Unchecked: a test uses it from one task at a time.
  struct Answer {
    let status: Int
    let headers: [String: String]
    let body: String

    /// The body's JSON object.
    var object: [String: Any] {
      (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:]
    }

    var code: String? { object["code"] as? String }
  }

  struct Closed: Error {}

  private let descriptor: Int32
  private var buffer: [UInt8] = []

  init(port: Int) throws {
    // Writing to a connection that the server closed shall fail, not kill.
    signal(SIGPIPE, SIG_IGN)
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    // Tests that train hold the threads that the service answers on, for minutes where cores are few.
    var timeout = timeval(tv_sec: 600, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else { throw Closed() }
  }

  deinit {
    close(descriptor)
  }

  /// Makes a request and waits for the answer, on a thread of its own: the server needs the others.
  func request(
    _ method: String, _ path: String, body: String? = nil, headers: [String: String] = [:]
  ) async throws -> Answer {
    var all = ["Host": "127.0.0.1"]
    if let body {
      all["Content-Type"] = "application/json"
      all["Content-Length"] = "\(body.utf8.count)"
    }
    all.merge(headers) { $1 }
    let lines = all.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\r\n" }.joined()
    try await send("\(method) \(path) HTTP/1.1\r\n\(lines)\r\n\(body ?? "")")
    return try await answer()
  }

  func send(_ text: String) async throws {
    try await blocking { [self] in
      let bytes = Array(text.utf8)
      guard Foundation.send(descriptor, bytes, bytes.count, 0) == bytes.count
      else {
        throw Closed()
      }
    }
  }

  /// Reads one answer.
  func answer() async throws -> Answer {
    try await blocking { [self] in
      let head = try line(endingWith: "\r\n\r\n")
      let lines = head.components(separatedBy: "\r\n")
      var headers: [String: String] = [:]
      for line in lines.dropFirst() where line.contains(":") {
        let parts = line.split(separator: ":", maxSplits: 1)
        headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
      }
      let status = Int(lines[0].split(separator: " ")[1]) ?? 0
      var body = ""
      if headers["transfer-encoding"] == "chunked" {
        while let chunk = try nextChunk() { body += chunk }
      } else if let length = headers["content-length"].flatMap(Int.init) {
        body = try take(length)
      }
      return Answer(status: status, headers: headers, body: body)
    }
  }

  /// Begins to read an answer that does not end: its head.
  func begin() async throws -> String { try await blocking { [self] in try line(endingWith: "\r\n\r\n") } }

  /// The next chunk of an answer that was begun; nil at its end.
  func chunk() async throws -> String? { try await blocking { [self] in try nextChunk() } }

  private func nextChunk() throws -> String? {
    let text = try line(endingWith: "\r\n").trimmingCharacters(in: .whitespacesAndNewlines)
    guard let size = Int(text, radix: 16) else { throw Closed() }
    let chunk = try take(size)
    _ = try take(2)
    return size == 0 ? nil : chunk
  }

  private func line(endingWith end: String) throws -> String {
    let end = Array(end.utf8)
    while true {
      if buffer.count >= end.count {
        for start in 0...(buffer.count - end.count) where Array(buffer[start..<start + end.count]) == end {
          return try take(start + end.count)
        }
      }
      try fill()
    }
  }

  private func take(_ count: Int) throws -> String {
    while buffer.count < count { try fill() }
    defer { buffer.removeFirst(count) }
    return String(decoding: buffer[..<count], as: UTF8.self)
  }

  private func fill() throws {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &bytes, bytes.count, 0)
    guard count > 0 else { throw Closed() }
    buffer += bytes[..<count]
  }

  private func blocking<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value
  {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result(catching: work)) }
    }
  }
}
