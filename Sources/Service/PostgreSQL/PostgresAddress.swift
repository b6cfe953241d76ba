import Files
import Foundation

/// Where a PostgreSQL database is: `postgres://user@host:port/name?option=value`, as libpq reads it.
struct PostgresAddress: Sendable, Equatable {
  /// As it was given.
  let text: String
  private let scheme: Substring
  /// What follows user and password; nil where an "@" is left, so that a part of it may be the password's.
  private let place: Substring?

  /// - Parameter text: Anything; nil for what is not an address of PostgreSQL, as a path.
  init?(_ text: String) {
    guard let start = ["postgres://", "postgresql://"].first(where: text.hasPrefix) else { return nil }
    self.text = text
    scheme = text.prefix(start.count)
    let rest = text.dropFirst(start.count)
    // libpq takes user and password up to the first "@", if that comes before the first "/".
    let end = rest.prefix { $0 != "/" }.firstIndex(of: "@")
    let place = end.map { rest[rest.index(after: $0)...] } ?? rest
    self.place = place.contains("@") ? nil : place
  }

  /// Refuses an address where only a file will do.
  ///
  /// - Throws: `FileError` that says what to do instead.
  static func refuse(_ path: String, remedy: String) throws(FileError) {
    guard let address = PostgresAddress(path) else { return }
    throw FileError(path: address.shown, problem: "is a database of PostgreSQL, not a file", remedy: remedy)
  }

  /// The address without what may be secret: user and password, and the options.
  var shown: String { "\(scheme)\((place ?? "").prefix { $0 != "?" })" }

  /// Refuses an address that libpq cannot read, or reads otherwise than it was meant, as it may where a password holds "/" or
  /// "@": what libpq says of either would quote a part of the password.
  ///
  /// - Throws: `FileError` that says how to write such a password.
  func validate(_ library: LibPQ) throws(FileError) {
    guard place != nil, let options = library.parse(text, nil) else {
      throw FileError(
        path: shown, problem: "is not an address that PostgreSQL's client library can read",
        remedy:
          "Write it as postgres://user@host:port/name?option=value, with '@', '/', '?', '#' and '%' in names as %40, %2F, %3F, %23 and %25."
      )
    }
    library.freeOptions(options)
  }
}
