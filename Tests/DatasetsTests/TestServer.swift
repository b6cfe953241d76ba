import Foundation
import Synchronization

/// A web server for one file on this machine, which misbehaves as it is told.
final class TestServer: Sendable {
  /// What happens to one connection.
  enum Behaviour: Sendable {
    /// Answers as a good server does, ranges included.
    case good
    /// Announces everything, sends some bytes, and closes the connection.
    case dropAfter(Int)
    /// Sends the whole file whatever range is asked for.
    case ignoresRange
    /// Answers with this status and a page of HTML.
    case status(Int)
    /// Answers a range with another one.
    case wrongRange
    /// Closes the connection without an answer.
    case silent
  }

  /// "http://127.0.0.1:PORT/".
  let base: String
  private let listener: Int32
  private let content: [UInt8]
  private let behaviours: Mutex<[Behaviour]>
  private let seen = Mutex<[String]>([])

  /// Serves `content` under any name; connection after connection behaves as listed, the last one for ever.
  init(_ content: [UInt8], _ behaviours: Behaviour...) throws {
    self.content = content
    self.behaviours = Mutex(behaviours)
    #if canImport(Glibc)
      listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
      listener = socket(AF_INET, SOCK_STREAM, 0)
    #endif
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let failed = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) != 0 || listen(listener, 16) != 0 || getsockname(listener, $0, &size) != 0
      }
    }
    guard !failed else { throw POSIXError(.EADDRNOTAVAIL) }
    base = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))/"
    Thread.detachNewThread { [weak self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        self?.serve(connection)
        close(connection)
      }
    }
  }

  /// Ends the server.
  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  /// The range that each request asked for, "" for everything.
  var ranges: [String] { seen.withLock { $0 } }

  private func serve(_ connection: Int32) {
    var request = ""
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !request.contains("\r\n\r\n") {
      let count = read(connection, &buffer, buffer.count)
      guard count > 0 else { return }
      request += String(decoding: buffer[..<count], as: UTF8.self)
    }
    let range = request.split(separator: "\r\n").first { $0.lowercased().hasPrefix("range: bytes=") }
    let asked = range.map { String($0.dropFirst("range: bytes=".count)) } ?? ""
    seen.withLock { $0.append(asked) }
    let behaviour = behaviours.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
    let bounds = asked.split(separator: "-").compactMap { Int($0) }
    let start = bounds.first ?? 0
    let end = min(bounds.count > 1 ? bounds[1] + 1 : content.count, content.count)
    switch behaviour {
    case .good: answer(connection, start, end, ranged: !asked.isEmpty, sending: .max)
    case .dropAfter(let count): answer(connection, start, end, ranged: !asked.isEmpty, sending: count)
    case .ignoresRange: answer(connection, 0, content.count, ranged: false, sending: .max)
    case .status(let code):
      send(
        connection, Array("HTTP/1.1 \(code) X\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>".utf8))
    case .wrongRange:
      send(
        connection,
        Array(
          "HTTP/1.1 206 X\r\nContent-Range: bytes 1-2/3\r\nContent-Length: 2\r\nConnection: close\r\n\r\nxx"
            .utf8))
    case .silent: break
    }
  }

  private func answer(_ connection: Int32, _ start: Int, _ end: Int, ranged: Bool, sending count: Int) {
    guard start < content.count else {
      return send(
        connection,
        Array(
          "HTTP/1.1 416 X\r\nContent-Range: bytes */\(content.count)\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            .utf8))
    }
    let rest = content[start..<end]
    let status =
      !ranged
      ? "200 OK" : "206 X\r\nContent-Range: bytes \(start)-\(end - 1)/\(content.count)"
    send(
      connection,
      Array("HTTP/1.1 \(status)\r\nContent-Length: \(rest.count)\r\nConnection: close\r\n\r\n".utf8)
        + rest.prefix(count))
  }

  private func send(_ connection: Int32, _ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      #if canImport(Glibc)
        let flags = Int32(MSG_NOSIGNAL)
      #else
        let flags: Int32 = 0
      #endif
      let count = rest.withUnsafeBytes { Foundation.send(connection, $0.baseAddress, $0.count, flags) }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
