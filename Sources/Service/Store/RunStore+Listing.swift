/// Lists of runs beyond the plain one. Each looks at a window of runs.
extension RunStore {
  /// The newest runs within reach.
  func window(_ size: Int, of reach: Reach) async throws(ServiceError) -> RunWindow {
    try await read { try $0.window(size, of: reach) }
  }

  /// The part of the runs that a search asks for.
  func runs(_ search: RunSearch, in window: RunWindow) async throws(ServiceError) -> FoundRuns {
    try await read { try $0.search(search, in: window) }
  }

  /// How many runs that match have each value in common.
  func groups(
    by grouping: RunGrouping, _ filter: RunFilter, in window: RunWindow
  ) async throws(ServiceError) -> FoundGroups {
    try await read { try $0.groups(by: grouping, filter, in: window) }
  }

  /// Where a controller was used, and how it did.
  func usage(of controller: String, in window: RunWindow) async throws(ServiceError) -> ControllerUsage {
    try await read { try $0.usage(of: controller, in: window) }
  }
}
