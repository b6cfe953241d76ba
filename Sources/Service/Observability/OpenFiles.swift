import Foundation

/// The system's limit on open files, of which every connection takes one.
enum OpenFiles {
  /// Files that the service opens besides its connections.
  private static let others = 64

  /// Raises the limit of this process as far as it may and needs.
  ///
  /// - Returns: What the operator should know where that is not enough; nil where it is.
  static func warning(connections: Int) -> String? {
    let needed = connections + others
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
    guard limit.rlim_cur < rlim_t(needed) else { return nil }
    limit.rlim_cur = min(limit.rlim_max, rlim_t(needed))
    _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return shortage(limit: Int(clamping: limit.rlim_cur), connections: connections)
  }

  /// What is wrong with a limit; nil for one that is enough.
  static func shortage(limit: Int, connections: Int) -> String? {
    guard limit < connections + others else { return nil }
    return """
      the system lets this process open \(limit) files, too few for \(connections) connections: raise LimitNOFILE \
      (ulimit -n) to \(connections + others), or lower --max-connections
      """
  }
}
