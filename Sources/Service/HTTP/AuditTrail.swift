import HTTPTypes
import Hummingbird

/// Tells the audit log of requests: all that change something or were refused for who asked.
///
/// Observations are left out, since the database has each with its time, and looks, which change nothing.
struct AuditTrail: Sendable {
  let log: AuditLog
  let access: AccessControl

  private static let untold: Set = ["/v1/runs/{id}/observations", "/v1/runs/{id}/looks"]

  /// Records a request that was answered.
  func record(_ request: Request, _ response: Response, _ context: ServiceContext) {
    let isRefused = response.status == .unauthorized || response.status == .forbidden
    let endpoint = context.endpointPath ?? "other"
    let isChange =
      (request.method == .post || request.method == .delete) && !Self.untold.contains(endpoint)
    guard isRefused || isChange else { return }
    log.append(
      AuditLog.Entry(
        time: Timestamp.text(Timestamp.now()) ?? "",
        who: try? access.principal(of: request).name,
        action: "\(request.method.rawValue.prefix(20)) \(endpoint)",
        subject: response.headers[.location] ?? String(request.uri.path.prefix(200)),
        status: response.status.code, from: context.address,
        forwardedFor: HTTPField.Name("X-Forwarded-For").flatMap { request.headers[$0] }.map {
          String($0.prefix(200))
        }))
  }
}
