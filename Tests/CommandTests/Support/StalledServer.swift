import Foundation

/// A server that accepts one connection and never answers.
final class StalledServer {
  struct SocketFailure: Error {
    let call: String
    let code: Int32
  }

  /// The port on 127.0.0.1 that it listens on.
  let port: Int
  private let listener: Int32
  private var connection: Int32 = -1

  init() throws {
    #if canImport(Glibc)
      listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
      listener = socket(AF_INET, SOCK_STREAM, 0)
    #endif
    guard listener >= 0 else { throw SocketFailure(call: "socket", code: errno) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) { [listener] pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(listener, pointer, size) == 0 && listen(listener, 1) == 0
          && getsockname(listener, pointer, &size) == 0
      }
    }
    guard result else { throw SocketFailure(call: "bind", code: errno) }
    port = Int(UInt16(bigEndian: address.sin_port))
  }

  deinit {
    close(connection)
    close(listener)
  }

  /// Waits until somebody connects.
  func accept() throws {
    connection = Foundation.accept(listener, nil, nil)
    guard connection >= 0 else { throw SocketFailure(call: "accept", code: errno) }
  }
}
