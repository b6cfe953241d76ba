import HTTPTypes
import Hummingbird

/// Decides who is let in.
struct AccessControl: Sendable {
  /// Nil where the service listens to this machine alone and lets everybody in.
  let tokens: TokenRegistry?
  let limiter: RateLimiter

  /// Whose runs they are where there are no tokens.
  static let local = Principal(
    name: "local", scopes: Set(Scope.allCases), readable: .owner("local"), writable: .owner("local"))

  /// Who makes a request.
  ///
  /// - Throws: ``ServiceError`` without a token that has the scope, or past the rate of requests.
  func admit(_ request: Request, for scope: Scope) throws(ServiceError) -> Principal {
    let principal = try principal(of: request)
    guard principal.scopes.contains(scope) else {
      throw ServiceError(
        403, "missing_scope", "The token '\(principal.name)' may not \(scope.rawValue).",
        remedy: "Use a token with the scope '\(scope.rawValue)'.")
    }
    try limiter.admit(principal.name)
    return principal
  }

  /// Counts a request that was admitted as several more, since it costs more.
  ///
  /// - Throws: ``ServiceError`` past the rate of requests.
  func charge(_ name: String, _ requests: Double) throws(ServiceError) {
    try limiter.charge(name, requests)
  }

  /// Who makes a request, whatever it may do.
  ///
  /// - Throws: ``ServiceError`` for nobody who is known.
  func principal(of request: Request) throws(ServiceError) -> Principal {
    guard let tokens else {
      try checkHost(of: request)
      return Self.local
    }
    // RFC 9110, 11.1: the name of a scheme has no case.
    let prefix = "bearer "
    guard let header = request.headers[.authorization],
      header.prefix(prefix.count).lowercased() == prefix,
      let principal = try tokens.tokens.principal(presenting: Array(header.utf8.dropFirst(prefix.utf8.count)))
    else {
      throw ServiceError(
        401, "unauthorized", "The request carries no token that is known here.",
        remedy: "Send the header 'Authorization: Bearer TOKEN'.")
    }
    return principal
  }

  /// A page of the web that names this machine by its own domain must not reach a service without tokens.
  private func checkHost(of request: Request) throws(ServiceError) {
    let authority = request.head.authority ?? ""
    let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } : authority.prefix { $0 != ":" }
    guard host == "localhost" || host == "[::1" || Self.isLoopback(String(host)) else {
      throw ServiceError(
        403, "unknown_host", "The request was made for the host '\(authority.prefix(64))'.",
        remedy: "Use the address 127.0.0.1 or localhost, or start the service with --tokens.")
    }
  }

  /// Whether an address can only be reached from this machine.
  static func isLoopback(_ host: String) -> Bool {
    if host == "localhost" || host == "::1" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}
