import Crypto
import Foundation
import HTTPTypes
import Hummingbird

/// The one page of the dashboard, put together from its parts; it asks the API for everything it shows.
struct Dashboard: Sendable {
  private let html: String
  private let policy: String

  private static let style = PackageResources.dashboard_css
  /// In the order in which they run.
  private static let scripts = [
    PackageResources.dashboard_api_js, PackageResources.dashboard_chart_js,
    PackageResources.dashboard_list_js,
    PackageResources.dashboard_run_js, PackageResources.dashboard_compare_js,
    PackageResources.dashboard_controllers_js, PackageResources.dashboard_trainings_js,
    PackageResources.dashboard_js,
  ]

  /// Allows the page its own script and style by their hashes, the API, and nothing else.
  init() {
    let style = String(decoding: Self.style, as: UTF8.self)
    let script = Self.scripts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
    html = String(decoding: PackageResources.dashboard_html, as: UTF8.self)
      .replacing("<style></style>", with: "<style>\(style)</style>")
      .replacing("<script></script>", with: "<script>\(script)</script>")
    policy = """
      default-src 'none'; script-src \(Self.source(of: script)); style-src \(Self.source(of: style)); \
      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
      """
  }

  func page(_ request: Request, _ context: ServiceContext) -> Response {
    var response = Response.text(html, type: "text/html; charset=utf-8")
    response.headers[.contentSecurityPolicy] = policy
    return response
  }

  /// The name of an element's text in a content security policy.
  private static func source(of text: String) -> String {
    "'sha256-\(Data(SHA256.hash(data: Data(text.utf8))).base64EncodedString())'"
  }
}
