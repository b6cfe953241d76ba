import Testing

/// Tests whose answers are held against the OpenAPI description.
protocol DescribedAPI {
  var specification: Specification { get }
}

extension DescribedAPI {
  /// Makes a request and holds the answer against the OpenAPI description.
  func call(
    _ client: TestClient, _ method: String, _ path: String, as template: String? = nil, body: String? = nil,
    headers: [String: String] = [:]
  ) async throws -> TestClient.Answer {
    let answer = try await client.request(method, path, body: body, headers: headers)
    let described = template ?? String(path.prefix { $0 != "?" })
    #expect(specification.problems(answer, to: method, described) == [], "\(method) \(path): \(answer.body)")
    return answer
  }
}
