import Foundation
import GRDB
import Testing

@testable import Service

@Suite("Lists of runs are searched, sorted, grouped and added up", .serialized)
struct ListingTests: DescribedAPI {
  let specification: Specification

  init() throws { specification = try Specification() }

  /// Runs of three jobs, of which run k has observed k times and the last is finished.
  private func fill(_ client: TestClient) async throws -> [String] {
    var ids: [String] = []
    for index in 0..<4 {
      let labels = [
        #"{"job": "Alpha", "seed": "1"}"#, #"{"job": "beta", "seed": "2"}"#,
        #"{"job": "beta", "seed": "1"}"#, #"{"note": "100%_"}"#,
      ]
      let body = RunningService.opening.replacing(#"{"job": "a"}"#, with: labels[index])
      let opened = try await call(client, "POST", "/v1/runs", body: body)
      let id = try #require(opened.object["id"] as? String)
      for step in 0..<index {
        _ = try await call(
          client, "POST", "/v1/runs/\(id)/observations", as: "/v1/runs/{id}/observations",
          body: RunningService.body(step * 10))
      }
      ids.append(id)
    }
    _ = try await call(client, "POST", "/v1/runs/\(ids[3])/finish", as: "/v1/runs/{id}/finish")
    return ids
  }

  @Test(
    "A search finds words in ids, controllers, owners and labels, and counts what it finds",
    arguments: TestedStore.there)
  func search(_ tested: TestedStore) async throws {
    try await tested.withService { service in
      let client = try service.client()
      let ids = try await fill(client)
      func found(_ query: String) async throws -> [Int] {
        let answer = try await call(client, "GET", "/v1/runs?" + query)
        let runs = answer.object["runs"] as? [[String: Any]] ?? []
        #expect(answer.object["total"] as? Int == runs.count && answer.object["isPartial"] as? Bool == false)
        return runs.compactMap { run in ids.firstIndex { $0 == run["id"] as? String } }
      }
      #expect(try await found("q=alpha") == [0])
      #expect(try await found("q=job%3Dbeta%20ill") == [])
      #expect(try await found("q=BETA%20seed%3D1") == [2])
      #expect(try await found("q=\(ids[1])") == [1])
      #expect(try await found("q=sample%20local") == [3, 2, 1, 0])
      // What LIKE reads as patterns stands for itself.
      #expect(try await found("q=%25") == [3])
      #expect(try await found("q=_") == [3])
      #expect(try await found("q=0%25_") == [3])
      #expect(try await found("q=beta&label=seed%3D1&status=open") == [2])
      #expect(try await found("sort=created&label=job%3Dbeta&label=seed%3D1") == [2])
      #expect(try await found("sort=created&owner=nobody") == [])
    }
  }

  @Test(
    "Every order is that of the values, runs without one last, and pages go by offset",
    arguments: TestedStore.there)
  func sort(_ tested: TestedStore) async throws {
    try await tested.withService { service in
      let client = try service.client()
      let ids = try await fill(client)
      func order(_ query: String) async throws -> [Int] {
        let answer = try await call(client, "GET", "/v1/runs?" + query)
        #expect(answer.object["total"] as? Int == 4)
        let runs = answer.object["runs"] as? [[String: Any]] ?? []
        return runs.compactMap { run in ids.firstIndex { $0 == run["id"] as? String } }
      }
      // The sample's loss falls with every observation; run 0 has none.
      #expect(try await order("sort=validationLoss&order=asc") == [3, 2, 1, 0])
      #expect(try await order("sort=validationLoss") == [1, 2, 3, 0])
      #expect(try await order("sort=progress") == [3, 2, 1, 0])
      #expect(try await order("order=asc") == [0, 1, 2, 3])
      #expect(try await order("offset=1") == [2, 1, 0])
      #expect(try await order("sort=validationLoss&limit=2&offset=1&order=asc") == [2, 1])
      #expect(try await order("sort=lastSeen&order=desc").first == 3)
      for sort in RunSort.allCases {
        #expect(Set(try await order("sort=\(sort.rawValue)")) == [0, 1, 2, 3])
      }
      let shown = try await call(client, "GET", "/v1/runs?sort=learningRate&order=asc")
      let rates = (shown.object["runs"] as? [[String: Any]] ?? []).compactMap {
        $0["learningRate"] as? Double
      }
      #expect(rates.count == 4 && rates == rates.sorted())
      for query in [
        "sort=color", "order=up", "offset=-1", "offset=1000000", "offset=0&before=1",
        "q=" + String(repeating: "a", count: 201), "q=1+2+3+4+5+6+7+8+9".replacing("+", with: "%20"),
        "label=a%3D1&label=a%3D2&label=a%3D3&label=a%3D4&label=a%3D5",
      ] {
        #expect(try await call(client, "GET", "/v1/runs?" + query).status == 422, "\(query)")
      }
    }
  }

  @Test(
    "Groups count runs by what they have in common, and those without the label", arguments: TestedStore.there
  )
  func groups(_ tested: TestedStore) async throws {
    try await tested.withService { service in
      let client = try service.client()
      _ = try await fill(client)
      func groups(_ query: String) async throws -> [String] {
        let answer = try await call(client, "GET", "/v1/groups?" + query)
        return (answer.object["groups"] as? [[String: Any]] ?? []).map { group in
          let counts = group["counts"] as? [String: Int] ?? [:]
          return
            "\(group["value"] as? String ?? "nil") \(group["total"] ?? 0) \(counts["open"] ?? -1) \(counts["finished"] ?? -1)"
        }
      }
      #expect(try await groups("by=label:job") == ["nil 1 0 1", "beta 2 2 0", "Alpha 1 1 0"])
      #expect(try await groups("by=status") == ["finished 1 0 1", "open 3 3 0"])
      #expect(try await groups("by=controller&label=job%3Dbeta") == ["sample 2 2 0"])
      #expect(try await groups("by=owner&status=stopped") == [])
      for query in ["", "by=color", "by=label:", "by=label:%22"] {
        #expect(try await call(client, "GET", "/v1/groups?" + query).status == 422, "\(query)")
      }
    }
  }

  @Test(
    "A controller tells where it was used and how it did, also once its file is gone",
    arguments: TestedStore.there)
  func controller(_ tested: TestedStore) async throws {
    try await tested.withService { service in
      let client = try service.client()
      _ = try await fill(client)
      func page(_ name: String) async throws -> TestClient.Answer {
        try await call(client, "GET", "/v1/controllers/\(name)", as: "/v1/controllers/{name}")
      }
      let answer = try await page("sample")
      let versions = try #require(answer.object["versions"] as? [[String: Any]])
      #expect(versions.count == 1 && versions[0]["total"] as? Int == 4)
      let outcome = try #require(answer.object["outcome"] as? [String: Any])
      #expect(outcome["runs"] as? Int == 4 && outcome["decisions"] as? Int == 6)
      #expect(outcome["rollbacks"] as? Int == 0 && outcome["fallbacks"] as? Int == 0)
      // Runs 2 and 3 have a last loss: 2 / 1.1 and 2 / 1.2 after 2 at first.
      let ratio = try #require(outcome["medianLossRatio"] as? Double)
      #expect(abs(ratio - (1 / 1.1 + 1 / 1.2) / 2) < 1e-12)
      #expect((answer.object["controller"] as? [String: Any])?["name"] as? String == "sample")
      try FileManager.default.removeItem(atPath: service.folder + "/checkpoints/sample.ckpt")
      #expect(try await page("sample").object["controller"] is NSNull)
      #expect(try await page("none").status == 404)
    }
  }

  @Test(
    "A word is found in a label whatever JSON makes of it",
    arguments: [
      ("a/b", "A/B", true), ("a/b", "path=a/b", true), (#"say "no""#, #"="#, true),
      (#"say "no""#, #"y "n"#, true),
      (#"back\slash"#, #"k\s"#, true), ("x=y", "x=y", true), ("x=y", "path=x=y", true),
      ("x=y", "th=x=", true),
      ("\u{301}accent", "=\u{301}a", true), ("%\u{301}", "%\u{301}", true), ("ab", "%\u{301}", false),
      // What only JSON writes is not there.
      ("line\nend", "e\\n", false), ("ab", ":", false), ("ab", #"h":"a"#, false), ("ab", "{", false),
    ], TestedStore.there)
  func stored(_ sample: (value: String, word: String, isFound: Bool), _ tested: TestedStore) async throws {
    try await tested.withStore { store, controller in
      let request = RunRequest(
        controller: "sample", initialLearningRate: 0.01, totalSteps: 100, labels: ["path": sample.value])
      _ = try await store.open(request, owner: "o", requestKey: nil, controller: controller, limit: 100)
      let window = try await store.window(100, of: .everybody)
      let search = RunSearch(filter: RunFilter(words: [sample.word]))
      #expect(try await store.runs(search, in: window).total == (sample.isFound ? 1 : 0))
    }
  }

  @Test("One list is read at a time, in order, and of each token so many wait")
  func turnstile() async throws {
    let turns = Turnstile(longest: 2)
    let (entered, entry) = AsyncStream.makeStream(of: String.self)
    let (doors, door) = AsyncStream.makeStream(of: Void.self)
    let first = Task {
      try await turns.pass("a") {
        entry.yield("a0")
        for await _ in doors { break }
      }
    }
    var iterator = entered.makeAsyncIterator()
    var order = [try #require(await iterator.next())]
    var others: [Task<Void, any Error>] = []
    for name in ["a1", "a2", "b1"] {
      let waiting = turns.depth
      let task = Task { try await turns.pass(String(name.prefix(1))) { _ = entry.yield(name) } }
      others.append(task)
      while turns.depth == waiting { await Task.yield() }
    }
    await #expect(throws: ServiceError.self) { try await turns.pass("a") { _ = entry.yield("a3") } }
    door.yield()
    for task in [first] + others { try await task.value }
    entry.finish()
    while let next = await iterator.next() { order.append(next) }
    #expect(order == ["a0", "a1", "a2", "b1"])
    // It is free again.
    #expect(try await turns.pass("a") { 1 } == 1)
  }

  @Test("A search looks at the newest runs alone, and says so", arguments: TestedStore.there)
  func window(_ tested: TestedStore) async throws {
    try await tested.withStore { store, controller in
      for seed in 0..<5 {
        let request = RunRequest(
          controller: "sample", initialLearningRate: 0.01, totalSteps: 100, labels: ["seed": "\(seed)"])
        _ = try await store.open(
          request, owner: "o", requestKey: nil, controller: controller, limit: 100)
      }
      let search = RunSearch(filter: RunFilter(words: ["seed="]))
      func found(_ size: Int, of reach: Reach) async throws -> String {
        let window = try await store.window(size, of: reach)
        return "\(window.count) \(try await store.runs(search, in: window).total) \(window.isPartial)"
      }
      #expect(try await found(100, of: .owner("o")) == "5 5 false")
      #expect(try await found(5, of: .owner("o")) == "5 5 false")
      #expect(try await found(3, of: .owner("o")) == "3 3 true")
      #expect(try await found(3, of: .everybody) == "3 3 true")
      #expect(try await found(3, of: .owner("p")) == "0 0 false")
    }
  }
}
