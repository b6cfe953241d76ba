import Dispatch
import HTTPTypes
import Hummingbird
import Logging

/// The outermost hop: turns every error into the one JSON shape, logs, counts, and adds the headers that every
/// answer has.
struct ErrorMiddleware: RouterMiddleware {
  let metrics: ServiceMetrics
  let audit: AuditTrail?
  /// The methods of each path, for those that are not offered.
  let methods: @Sendable (_ path: String) -> [HTTPRequest.Method]

  func handle(
    _ request: Request, context: ServiceContext,
    next: (Request, ServiceContext) async throws -> Response
  ) async throws -> Response {
    let start = DispatchTime.now().uptimeNanoseconds
    var response: Response
    do {
      response = try await next(request, context)
    } catch let error as ServiceError {
      response = .error(error)
      log(error, request, context)
    } catch let error as HTTPError {
      response = missing(error, request)
    } catch {
      context.logger.error("request failed", metadata: ["error": "\(error)"])
      response = .error(
        ServiceError(
          500, "internal_error", "The service failed on this request.",
          remedy: "The service's log says more."))
    }
    if request.method == .head { response = response.createHeadResponse() }
    response.headers[.cacheControl] = "no-store"
    response.headers[.xContentTypeOptions] = "nosniff"
    audit?.record(request, response, context)
    let duration = DispatchTime.now().uptimeNanoseconds - start
    // Methods that no path offers are any text: counted as one, since counters stay for ever.
    let isOffered = [.get, .head, .post, .delete].contains(request.method)
    let endpoint = isOffered ? "\(request.method) \(context.endpointPath ?? "other")" : "other"
    metrics.answered(endpoint, status: response.status.code, nanoseconds: duration)
    context.logger.debug(
      "request",
      metadata: [
        "endpoint": "\(endpoint)", "status": "\(response.status.code)", "microseconds": "\(duration / 1000)",
      ])
    return response
  }

  private func log(_ error: ServiceError, _ request: Request, _ context: ServiceContext) {
    let level: Logger.Level = error.status >= 500 ? .error : .debug
    context.logger.log(
      level: level, "request refused", metadata: ["code": "\(error.code)", "path": "\(request.uri.path)"])
  }

  /// The router knows no difference between a path and a method that it does not have.
  private func missing(_ error: HTTPError, _ request: Request) -> Response {
    let methods = methods(request.uri.path)
    guard !methods.isEmpty else {
      return .error(
        ServiceError(
          404, "unknown_path", "There is nothing at '\(request.uri.path.prefix(100))'.",
          remedy: "/openapi.yaml lists every path."))
    }
    let names = methods.map(\.rawValue).sorted().joined(separator: ", ")
    var response = Response.error(
      ServiceError(
        405, "method_not_allowed", "This path does not take \(request.method.rawValue.prefix(20)).",
        remedy: "Use \(names)."))
    response.headers[.allow] = names
    return response
  }
}
