import HTTPTypes
import Hummingbird
import ServiceLifecycle

/// What can be asked about trainings of controllers.
struct TrainingRoutes: Sendable {
  let store: RunStore
  let library: ControllerLibrary
  let access: AccessControl
  /// Nil where the service trains no controllers.
  let queue: TrainingQueue?
  let configuration: ServiceConfiguration.Trainings?
  let metrics: ServiceMetrics
  let bodyBytes: Int

  /// Points of a curve that are shown with a training.
  private static let shownUpdates = 1000
  /// A training is checked in a process of its own, which costs as much as so many requests.
  private static let costOfCheck = 50.0

  func begin(_ request: Request, _ context: ServiceContext) async throws -> Response {
    guard let queue, let configuration else {
      _ = try access.admit(request, for: .write)
      throw ServiceError.trainingsOff
    }
    let owner = try access.admit(request, for: configuration.isForAdministrators ? .admin : .write).name
    let body = try await request.json(TrainingRequest.self, limit: bodyBytes)
    try body.validate(configuration)
    // First of all, so that a repetition finds its training when the controller is there.
    if let known = try await store.training(making: body, owner: owner) { return position(of: known, .ok) }
    guard await !library.contains(body.name) else { throw ServiceError.controllerExists(body.name) }
    try access.charge(owner, Self.costOfCheck)
    try await queue.check(body)
    let (training, isNew) = try await store.queue(body, owner: owner, limit: configuration.queued)
    return position(of: training, isNew ? .created : .ok)
  }

  private func position(of training: Training, _ status: HTTPResponse.Status) -> Response {
    var response = Response.json(TrainingView(training: training), status: status)
    response.headers[.location] = "/v1/trainings/\(training.id)"
    return response
  }

  func list(_ request: Request, _ context: ServiceContext) async throws -> Response {
    let reader = try access.admit(request, for: .read)
    let query = Query(request)
    let limit = try query.number("limit", in: 1...500) ?? 50
    let before = try query.number("before", in: 1...Int(Int64.max)).map(Int64.init)
    // As in a list of runs.
    try access.charge(reader.name, Double(limit) / 25)
    let trainings = try await store.trainings(of: reader.readable, before: before, limit: limit)
    return .json(
      TrainingList(
        trainings: trainings.map { TrainingView(training: $0) },
        next: trainings.count == limit ? trainings.last.map { "\($0.key)" } : nil,
        offer: configuration.map(TrainingOffer.init)))
  }

  func show(_ request: Request, _ context: ServiceContext) async throws -> Response {
    let reach = try access.admit(request, for: .read).readable
    let training = try await store.training(try id(context), of: reach)
    let updates = try await store.updates(training, after: -1, limit: Self.shownUpdates)
    return .json(TrainingView(training: training, curve: updates))
  }

  func cancel(_ request: Request, _ context: ServiceContext) async throws -> Response {
    let reach = try access.admit(request, for: .write).writable
    let id = try id(context)
    let wasQueued = try await store.training(id, of: reach).status == .queued
    let now = store.clock()
    let training = try await store.change(id, of: reach) { training in
      guard !training.status.isOver else { return }
      training.status = .cancelled
      training.ended = now
    }
    // Of one that runs, the queue does so once its worker has ended.
    if wasQueued { queue?.discard(id) }
    return .json(TrainingView(training: training))
  }

  func delete(_ request: Request, _ context: ServiceContext) async throws -> Response {
    let reach = try access.admit(request, for: .write).writable
    try await store.deleteTraining(try id(context), of: reach)
    return Response(status: .noContent)
  }

  /// Updates of the policy, those made already first, and the training whenever it changes, until it is over.
  ///
  /// The database is read once a second: that is as often as a worker's progress is stored.
  func events(_ request: Request, _ context: ServiceContext) async throws -> Response {
    let reach = try access.admit(request, for: .read).readable
    let id = try id(context)
    let first = try await store.training(id, of: reach)
    let start = HTTPField.Name("Last-Event-ID").flatMap { request.headers[$0] }.flatMap { Int($0) } ?? -1
    return EventStream(metrics: metrics).response { [store] writer in
      var (training, told, position, silence): (Training, Training?, Int, Int) = (first, nil, start, 0)
      while true {
        while let last = try await Self.write(training, after: position, from: store, to: &writer) {
          position = last
        }
        if training != told {
          try await writer.write(try EventStream.event("training", TrainingView(training: training)))
          (told, silence) = (training, 0)
        }
        if training.status.isOver { return }
        silence += 1
        if silence.isMultiple(of: Self.heartbeatPauses) { try await writer.write(EventStream.heartbeat) }
        do {
          try await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(1)) }
          training = try await store.training(id, of: reach)
        } catch is CancellationError {
          return
        } catch let error as ServiceError where error.status == 404 {
          return try await writer.write(try EventStream.event("deleted", ["id": id]))
        }
      }
    }
  }

  /// In seconds, well within the idle limits of proxies.
  private static let heartbeatPauses = 15

  /// Writes a page of updates.
  ///
  /// - Returns: The number of the last; nil where there was none.
  private static func write(
    _ training: Training, after position: Int, from store: RunStore, to writer: inout any ResponseBodyWriter
  ) async throws -> Int? {
    let updates = try await store.updates(training, after: position, limit: shownUpdates)
    for update in updates {
      try await writer.write(try EventStream.event("update", update, id: "\(update.number)"))
    }
    return updates.last?.number
  }

  private func id(_ context: ServiceContext) throws(ServiceError) -> String {
    guard let id = context.parameters.get("id"), !id.isEmpty else { throw .unknownTraining("") }
    return id
  }
}
