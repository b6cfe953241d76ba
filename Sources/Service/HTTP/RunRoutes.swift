import HTTPTypes
import Hummingbird
import MetaLR

/// What can be asked about runs.
struct RunRoutes: Sendable {
  let store: RunStore
  let library: ControllerLibrary
  let access: AccessControl
  let housekeeper: Housekeeper
  let guardian: Guardian
  let limits: ServiceConfiguration.Limits

  func open(_ request: Request, _ context: ServiceContext) async throws -> Response {
    let owner = try access.admit(request, for: .write).name
    let opening = try await request.json(RunOpening.self, limit: limits.bodyBytes)
    let body = opening.request
    let key = try requestKey(of: request)
    // First of all, so that a repetition finds its run also when the checkpoint is gone or the limits have changed.
    if let key, let run = try await store.run(ofRequest: key, body, owner: owner) {
      let controller = try? await library.controller(body.controller)
      return position(
        of: run, looks: try await store.looks(of: run),
        unfamiliar: controller.map { opening.unfamiliar(under: $0.card) }, status: .ok)
    }
    try body.validate(guardian.configuration)
    try opening.trainee?.validate()
    let controller = try await library.controller(body.controller)
    let (run, isNew) = try await store.open(
      body, owner: owner, requestKey: key, controller: controller, limit: limits.runsPerToken,
      learns: opening.learns)
    return position(
      of: run, looks: controller.controller.action.looks,
      unfamiliar: opening.unfamiliar(under: controller.card), status: isNew ? .created : .ok)
  }

  /// Where a run that was opened stands.
  private func position(
    of run: Run, looks: Int, unfamiliar: [String]?, status: HTTPResponse.Status
  ) -> Response {
    var response = Response.json(
      RunPosition(
        id: run.id, step: run.nextStep ?? run.request.totalSteps, learningRate: run.learningRate,
        looks: looks, unfamiliar: unfamiliar),
      status: status)
    response.headers[.location] = "/v1/runs/\(run.id)"
    return response
  }

  func observe(_ request: Request, _ context: ServiceContext) async throws -> Response {
    let reach = try access.admit(request, for: .write).writable
    let observation = try await request.json(ReportedObservation.self, limit: limits.bodyBytes)
    try observation.validate()
    let decision = try await store.answer(
      observation, run: try id(context), of: reach, limit: limits.runsPerToken)
    let answer = DecisionAnswer(decision)
    return .text(answer.json, type: "application/json")
  }

  func look(_ request: Request, _ context: ServiceContext) async throws -> Response {
    let reach = try access.admit(request, for: .write).writable
    let observation = try await request.json(ReportedObservation.self, limit: limits.bodyBytes)
    try observation.validate()
    return .json(try await store.look(observation, run: try id(context), of: reach))
  }

  func show(_ request: Request, _ context: ServiceContext) async throws -> Response {
    let reach = try access.admit(request, for: .read).readable
    return .json(RunView(run: try await store.run(try id(context), of: reach)))
  }

  func finish(_ request: Request, _ context: ServiceContext) async throws -> Response {
    let reach = try access.admit(request, for: .write).writable
    return .json(RunView(run: try await store.finish(try id(context), of: reach)))
  }

  func rewind(_ request: Request, _ context: ServiceContext) async throws -> Response {
    struct Body: Decodable {
      let step: Int
    }
    let reach = try access.admit(request, for: .write).writable
    let body = try await request.json(Body.self, limit: limits.bodyBytes)
    let run = try await store.rewind(
      try id(context), to: body.step, of: reach, limit: limits.runsPerToken)
    return .json(RunPosition(id: run.id, step: body.step, learningRate: run.learningRate))
  }

  func delete(_ request: Request, _ context: ServiceContext) async throws -> Response {
    let reach = try access.admit(request, for: .write).writable
    try await store.delete(try id(context), of: reach)
    housekeeper.wake()
    return Response(status: .noContent)
  }

  func schedule(_ request: Request, _ context: ServiceContext) async throws -> Response {
    let reach = try access.admit(request, for: .read).readable
    let run = try await store.run(try id(context), of: reach)
    let query = Query(request)
    if try query.word("format", ScheduleFormat.self) == .csv { return table(of: run) }
    let limit = try query.number("limit", in: 1...10_000) ?? 1000
    let decisions = try await store.decisions(
      run, after: try query.number("after", in: -1...RunRequest.mostSteps) ?? -1, limit: limit)
    return .json(
      Schedule(
        decisions: decisions.map(ScheduleRow.init),
        next: decisions.count == limit ? decisions.last?.step : nil))
  }

  /// The whole schedule as CSV, read page by page as the client takes it.
  private func table(of run: Run) -> Response {
    let body = ResponseBody { [store] writer in
      try await writer.write(ByteBuffer(string: ScheduleRow.header))
      var after = -1
      while true {
        let decisions = try await store.decisions(run, after: after, limit: 1000)
        guard let last = decisions.last else { break }
        try await writer.write(ByteBuffer(string: decisions.map { ScheduleRow(decision: $0).line }.joined()))
        after = last.step
      }
      try await writer.finish(nil)
    }
    return Response(
      status: .ok,
      headers: [
        .contentType: "text/csv; charset=utf-8",
        .contentDisposition: "attachment; filename=\"schedule-\(run.id).csv\"",
      ], body: body)
  }

  /// The run that the path names.
  func id(_ context: ServiceContext) throws(ServiceError) -> String {
    guard let id = context.parameters.get("id"), !id.isEmpty else { throw .unknownRun("") }
    return id
  }

  private func requestKey(of request: Request) throws(ServiceError) -> String? {
    guard let name = HTTPField.Name("Idempotency-Key"), let key = request.headers[name] else { return nil }
    guard (1...128).contains(key.utf8.count) else {
      throw .invalid("The idempotency key has \(key.utf8.count) bytes.", remedy: "Use 1 to 128 bytes.")
    }
    return key
  }
}

/// How a schedule is written.
enum ScheduleFormat: String, CaseIterable, Sendable {
  case json
  case csv
}
