import Foundation
import HTTPTypes
import Hummingbird
import MetaLR

/// Lists of runs: paged, searched, sorted, grouped, and added up for a controller.
struct RunListing: Sendable {
  let store: RunStore
  let library: ControllerLibrary
  let access: AccessControl

  /// So that lists never have all of the database's readers.
  private let turns = Turnstile(longest: 8)

  /// What lists cost, in observations of 0.1 ms.
  ///
  /// SQLite took 0.3 to 1 µs of a core for each of 100,000 runs, 2.5 µs where it looked at the last decision too, and
  /// 43 ms for 1,000 decisions of 100 runs.
  private enum Cost {
    /// A run of an answer.
    static let shown = 0.04
    /// A run that is looked at, and one whose last decision is looked at too.
    static let row = 0.01
    static let rowWithDecision = 0.025
    /// The decisions of a controller's newest runs.
    static let outcome = 400.0
  }

  private static let mostLabels = 4
  private static let mostWords = 8
  private static let longestSearch = 200

  init(store: RunStore, library: ControllerLibrary, access: AccessControl) {
    self.store = store
    self.library = library
    self.access = access
  }

  func list(_ request: Request, _ context: ServiceContext) async throws -> Response {
    let reader = try access.admit(request, for: .read)
    let query = Query(request)
    let filter = try filter(query)
    let shown = Double(filter.limit) * Cost.shown
    guard let search = try search(query, filter) else {
      try access.charge(reader.name, shown)
      let runs = try await turns.pass(reader.name) { try await store.runs(filter, of: reader.readable) }
      return .json(
        RunList(
          runs: runs.map(RunView.init),
          next: runs.count == filter.limit ? runs.last.map { "\($0.key)" } : nil))
    }
    let price = search.sort.needsDecisions ? Cost.rowWithDecision : Cost.row
    let found = try await look(at: search.window, price, and: shown, reader) {
      try await store.runs(search, in: $0)
    }
    return .json(
      RunList(
        runs: found.runs.map(RunView.init), next: nil, total: found.total, isPartial: found.isPartial))
  }

  func groups(_ request: Request, _ context: ServiceContext) async throws -> Response {
    let reader = try access.admit(request, for: .read)
    let query = Query(request)
    guard let grouping = query.text("by").flatMap(RunGrouping.init(parsing:)) else {
      throw ServiceError.invalid(
        "by is '\(query.text("by")?.prefix(80) ?? "")'.",
        remedy: "Give controller, status, owner, or label: and the key of a label.")
    }
    let filter = try filter(query)
    let found = try await look(at: RunWindow.size, Cost.row, reader) {
      try await store.groups(by: grouping, filter, in: $0)
    }
    return .json(RunGroupList(found))
  }

  /// A controller, where it was used and how it did; also one whose file is gone.
  func controller(_ request: Request, _ context: ServiceContext) async throws -> Response {
    let reader = try access.admit(request, for: .read)
    let name = context.parameters.get("name")?.removingPercentEncoding ?? ""
    let usage = try await look(at: RunWindow.size, Cost.row, and: Cost.outcome, reader) {
      try await store.usage(of: name, in: $0)
    }
    var file: ControllerView?
    do throws(ServiceError) {
      file = ControllerView(try await library.controller(name))
    } catch {
      guard !usage.versions.isEmpty else { throw error }
    }
    return .json(ControllerPage(controller: file, usage))
  }

  /// Does `work` with the newest runs that the reader may see, once they are paid for.
  private func look<Found: Sendable>(
    at size: Int, _ price: Double, and more: Double = 0, _ reader: Principal,
    _ work: (RunWindow) async throws -> Found
  ) async throws -> Found {
    try await turns.pass(reader.name) {
      let window = try await store.window(size, of: reader.readable)
      try access.charge(reader.name, Double(window.count) * price + more)
      return try await work(window)
    }
  }

  private func filter(_ query: Query) throws(ServiceError) -> RunFilter {
    var filter = RunFilter()
    filter.status = try query.word("status", RunStatus.self)
    filter.controller = query.text("controller")
    filter.owner = query.text("owner")
    filter.limit = try query.number("limit", in: 1...500) ?? filter.limit
    filter.before = try query.number("before", in: 1...Int(Int64.max)).map(Int64.init)
    for label in query.texts("label") { filter.labels.append(try Self.label(label)) }
    guard filter.labels.count <= Self.mostLabels else {
      throw .invalid(
        "There are \(filter.labels.count) labels.", remedy: "Give label at most \(Self.mostLabels) times.")
    }
    let text = query.text("q") ?? ""
    filter.words = text.split(whereSeparator: \.isWhitespace).map(String.init)
    guard text.utf8.count <= Self.longestSearch, filter.words.count <= Self.mostWords else {
      throw .invalid(
        "q is too long.",
        remedy: "Give at most \(Self.mostWords) words and \(Self.longestSearch) bytes.")
    }
    return filter
  }

  private static func label(_ label: String) throws(ServiceError) -> RunFilter.Label {
    // By scalars: "=" and an accent that a value begins with are one character.
    let parts = label.unicodeScalars.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, RunRequest.isLabelKey(String(parts[0])) else {
      throw .invalid("label is '\(label.prefix(40))'.", remedy: "Give key=value, with '=' written as %3D.")
    }
    return RunFilter.Label(key: String(parts[0]), value: String(parts[1]))
  }

  /// What is asked for beyond a filter; nil for nothing.
  private func search(_ query: Query, _ filter: RunFilter) throws(ServiceError) -> RunSearch? {
    let sort = try query.word("sort", RunSort.self)
    let order = try query.word("order", RunOrder.self)
    let offset = try query.number("offset", in: 0...RunWindow.size)
    guard sort != nil || order != nil || offset != nil || !filter.words.isEmpty else { return nil }
    guard filter.before == nil else {
      throw .invalid("before is given with q, sort, order or offset.", remedy: "Page by offset then.")
    }
    return RunSearch(
      filter: filter, sort: sort ?? .created, order: order ?? .desc, offset: offset ?? 0)
  }
}
