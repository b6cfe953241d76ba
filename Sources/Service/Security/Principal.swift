/// What a token may do.
enum Scope: String, CaseIterable, Sendable {
  /// See the runs of its name, and of the names of its team.
  case read
  /// Open runs, and change those of its name.
  case write
  /// See and change everybody's.
  case admin
}

/// Who asks.
struct Principal: Sendable, Equatable {
  /// The token's name; what it opens belongs to it.
  let name: String
  let scopes: Set<Scope>
  /// Whose runs it may see.
  let readable: Reach
  /// Whose runs it may change.
  let writable: Reach
}

extension Principal {
  /// Who presents a token.
  ///
  /// - Parameters:
  ///   - name: The token's name.
  ///   - scopes: As listed; `admin` brings the others along.
  ///   - team: Every name of the token's team; empty for none.
  init(name: String, scopes: Set<Scope>, team: Set<String> = []) {
    let isAdmin = scopes.contains(.admin)
    self.init(
      name: name, scopes: isAdmin ? Set(Scope.allCases) : scopes,
      readable: isAdmin ? .everybody : .owners(team.union([name])),
      writable: isAdmin ? .everybody : .owner(name))
  }
}
