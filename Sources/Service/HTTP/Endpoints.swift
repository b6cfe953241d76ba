import HTTPTypes
import Hummingbird

/// Every path of the service and what answers it.
struct Endpoints: Sendable {
  let runs: RunRoutes
  let listing: RunListing
  let events: EventRoutes
  let trainings: TrainingRoutes
  let status: StatusRoutes
  let dashboard: Dashboard

  /// Answers one path and method.
  struct Endpoint: Sendable {
    let method: HTTPRequest.Method
    let path: String
    let answer: @Sendable (Request, ServiceContext) async throws -> Response

    /// Whether it is at this path, whatever the method.
    func isAt(_ path: Substring) -> Bool {
      let mine = self.path.split(separator: "/")
      let asked = path.split(separator: "/")
      return mine.count == asked.count && zip(mine, asked).allSatisfy { $0.hasPrefix(":") || $0 == $1 }
    }
  }

  /// The table of all endpoints; /openapi.yaml describes each.
  var all: [Endpoint] {
    [
      Endpoint(method: .post, path: "/v1/runs", answer: runs.open),
      Endpoint(method: .get, path: "/v1/runs", answer: listing.list),
      Endpoint(method: .get, path: "/v1/runs/:id", answer: runs.show),
      Endpoint(method: .delete, path: "/v1/runs/:id", answer: runs.delete),
      Endpoint(method: .post, path: "/v1/runs/:id/observations", answer: runs.observe),
      Endpoint(method: .post, path: "/v1/runs/:id/looks", answer: runs.look),
      Endpoint(method: .get, path: "/v1/runs/:id/schedule", answer: runs.schedule),
      Endpoint(method: .get, path: "/v1/runs/:id/events", answer: events.events),
      Endpoint(method: .post, path: "/v1/runs/:id/finish", answer: runs.finish),
      Endpoint(method: .post, path: "/v1/runs/:id/rewind", answer: runs.rewind),
      Endpoint(method: .get, path: "/v1/groups", answer: listing.groups),
      Endpoint(method: .get, path: "/v1/events", answer: events.overview),
      Endpoint(method: .post, path: "/v1/trainings", answer: trainings.begin),
      Endpoint(method: .get, path: "/v1/trainings", answer: trainings.list),
      Endpoint(method: .get, path: "/v1/trainings/:id", answer: trainings.show),
      Endpoint(method: .delete, path: "/v1/trainings/:id", answer: trainings.delete),
      Endpoint(method: .get, path: "/v1/trainings/:id/events", answer: trainings.events),
      Endpoint(method: .post, path: "/v1/trainings/:id/cancel", answer: trainings.cancel),
      Endpoint(method: .get, path: "/v1/controllers", answer: status.controllers),
      Endpoint(method: .get, path: "/v1/controllers/:name", answer: listing.controller),
      Endpoint(method: .get, path: "/healthz", answer: status.health),
      Endpoint(method: .get, path: "/readyz", answer: status.ready),
      Endpoint(method: .get, path: "/metrics", answer: status.metrics),
      Endpoint(method: .get, path: "/openapi.yaml", answer: status.specification),
      Endpoint(method: .get, path: "/", answer: dashboard.page),
    ]
  }

  /// The router of all endpoints.
  func router(metrics: ServiceMetrics, audit: AuditTrail?) -> Router<ServiceContext> {
    let endpoints = all
    let router = Router(context: ServiceContext.self, options: .autoGenerateHeadEndpoints)
    router.add(
      middleware: ErrorMiddleware(metrics: metrics, audit: audit) { path in
        let methods = endpoints.filter { $0.isAt(path[...]) }.map(\.method)
        return methods.contains(.get) ? methods + [.head] : methods
      })
    for endpoint in endpoints {
      router.on(RouterPath(endpoint.path), method: endpoint.method, use: endpoint.answer)
    }
    return router
  }
}
