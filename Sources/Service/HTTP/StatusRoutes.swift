import Hummingbird

/// What tells how the service is.
struct StatusRoutes: Sendable {
  let readiness: Readiness
  let gauges: StatusGauges
  let library: ControllerLibrary
  let registry: PrometheusRegistry
  let access: AccessControl

  /// The process runs.
  func health(_ request: Request, _ context: ServiceContext) -> Response { .json(["status": "ok"]) }

  /// The service can decide: 200, or 503 with what keeps it.
  func ready(_ request: Request, _ context: ServiceContext) async -> Response {
    let report = await readiness.report()
    return .json(report, status: report.isReady ? .ok : .serviceUnavailable)
  }

  func metrics(_ request: Request, _ context: ServiceContext) async throws -> Response {
    _ = try access.admit(request, for: .read)
    await gauges.update()
    return .text(registry.text(), type: "text/plain; version=0.0.4; charset=utf-8")
  }

  func controllers(_ request: Request, _ context: ServiceContext) async throws -> Response {
    _ = try access.admit(request, for: .read)
    let contents = try await library.contents()
    return .json(
      ControllerList(
        controllers: contents.controllers.map(ControllerView.init),
        damaged: contents.damaged.map { error in
          ControllerList.Damaged(
            file: String(error.path.split(separator: "/").last ?? ""), problem: error.problem)
        }))
  }

  func specification(_ request: Request, _ context: ServiceContext) -> Response {
    .text(String(decoding: PackageResources.openapi_yaml, as: UTF8.self), type: "application/yaml")
  }
}
