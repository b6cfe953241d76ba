import Hummingbird

/// What the router carries along with a request.
struct ServiceContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// Where the connection comes from.
  let address: String?

  init(source: Source) {
    coreContext = .init(source: source)
    address = source.channel.remoteAddress?.ipAddress
  }
}
