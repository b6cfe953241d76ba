import Crypto
import Foundation
import HTTPTypes
import Hummingbird

/// The one page of the dashboard; it asks the API for everything it shows.
struct Dashboard: Sendable {
  private let html = String(decoding: PackageResources.dashboard_html, as: UTF8.self)
  private let policy: String

  /// Allows the page its own script and style by their hashes, the API, and nothing else.
  init() {
    let script = Self.source(of: "script", in: html)
    let style = Self.source(of: "style", in: html)
    policy = """
      default-src 'none'; script-src \(script); style-src \(style); connect-src 'self'; base-uri 'none'; \
      form-action 'none'; frame-ancestors 'none'
      """
  }

  func page(_ request: Request, _ context: ServiceContext) -> Response {
    var response = Response.text(html, type: "text/html; charset=utf-8")
    response.headers[.contentSecurityPolicy] = policy
    return response
  }

  /// The name of an element's text in a content security policy.
  private static func source(of element: String, in html: String) -> String {
    guard let start = html.range(of: "<\(element)>"), let end = html.range(of: "</\(element)>") else {
      return "'none'"
    }
    let hash = SHA256.hash(data: Data(html[start.upperBound..<end.lowerBound].utf8))
    return "'sha256-\(Data(hash).base64EncodedString())'"
  }
}
