import HTTPTypes
import Metrics
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// How many connections are open, in all and from each address.
final class ConnectionCount: Sendable {
  private struct Open {
    var total = 0
    var byAddress: [String: Int] = [:]
  }

  private let open = NIOLockedValueBox(Open())
  private let limit: Int
  private let perAddress: Int
  private let metrics: ServiceMetrics

  init(limit: Int, perAddress: Int, metrics: ServiceMetrics) {
    self.limit = limit
    self.perAddress = perAddress
    self.metrics = metrics
  }

  /// Counts a connection in; false when it is one too many.
  func enter(_ address: String) -> Bool {
    let (total, ofAddress) = open.withLockedValue { open in
      open.total += 1
      open.byAddress[address, default: 0] += 1
      return (open.total, open.byAddress[address, default: 0])
    }
    metrics.connections.set(total)
    let isAdmitted = total <= limit && ofAddress <= perAddress
    if !isAdmitted { metrics.refusedConnections.increment() }
    return isAdmitted
  }

  /// Counts a connection out.
  func leave(_ address: String) {
    let total = open.withLockedValue { open in
      open.total -= 1
      let left = open.byAddress[address, default: 1] - 1
      open.byAddress[address] = left > 0 ? left : nil
      return open.total
    }
    metrics.connections.set(total)
  }
}

/// Refuses connections past the limit, closes those that are slow, and answers heads that cannot be parsed.
///
/// Three deadlines: for the head of the next request while nothing is in flight, for the body once the head is
/// there, and for a client that does not take its answer.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let count: ConnectionCount
  private let idleTimeout: TimeAmount
  private let requestTimeout: TimeAmount
  private var address = ""
  private var hasEntered = false
  private var isRefused = false
  private var isOver = false
  private var inFlight = 0
  private var isReading = false
  private var isAnswering = false
  private var deadline: Scheduled<Void>?
  private var writeDeadline: Scheduled<Void>?

  init(count: ConnectionCount, idleTimeout: TimeAmount, requestTimeout: TimeAmount) {
    self.count = count
    self.idleTimeout = idleTimeout
    self.requestTimeout = requestTimeout
  }

  func handlerAdded(context: ChannelHandlerContext) {
    if context.channel.isActive { enter(context) }
  }

  func channelActive(context: ChannelHandlerContext) {
    enter(context)
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    leave()
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { leave() }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isOver else { return }
    switch unwrapInboundIn(data) {
    case .head(let head):
      // Who asks how the service is gets an answer also when all connections are taken.
      if isRefused, !Self.isAboutHealth(head) {
        end(
          context,
          ServiceError(
            503, "too_many_connections", "Too many connections are open, in all or from this address.",
            remedy: "Try again in a moment.", retryAfter: 1))
        return
      }
      // The first one is the request's authority and no field any more.
      guard !head.headerFields.contains(where: { $0.name.canonicalName == "host" }) else {
        end(
          context,
          ServiceError(400, "invalid_http", "The request has two Host headers.", remedy: "Send one."))
        return
      }
      if let expectation = head.headerFields[.expect] {
        guard expectation.lowercased() == "100-continue" else {
          end(
            context,
            ServiceError(
              417, "expectation_failed", "The service cannot do what the header Expect asks for.",
              remedy: "Leave it out, or send 100-continue."))
          return
        }
        context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
      }
      inFlight += 1
      isReading = true
      schedule(context, in: requestTimeout)
    case .end:
      isReading = false
      cancel()
    case .body: break
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard !isOver else {
      promise?.fail(ChannelError.ioOnClosedChannel)
      return
    }
    switch unwrapOutboundIn(data) {
    case .head: isAnswering = true
    case .end:
      isAnswering = false
      inFlight -= 1
      if isRefused {
        // It was let in for this one answer.
        context.writeAndFlush(data).assumeIsolated().whenComplete { _ in context.close(promise: nil) }
        promise?.succeed()
        return
      }
      if inFlight == 0 && !isReading { schedule(context, in: idleTimeout) }
    case .body: break
    }
    context.write(data, promise: promise)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    writeDeadline?.cancel()
    writeDeadline = nil
    if !context.channel.isWritable {
      writeDeadline = context.eventLoop.assumeIsolated().scheduleTask(in: requestTimeout) {
        context.close(promise: nil)
      }
    }
    context.fireChannelWritabilityChanged()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard let error = error as? HTTPParserError, !isOver, !isAnswering, inFlight == 0 else {
      context.fireErrorCaught(error)
      return
    }
    if error == .headerOverflow {
      end(
        context,
        ServiceError(
          431, "header_too_large", "The head of the request is too large.", remedy: "Send fewer headers."))
    } else {
      end(
        context,
        ServiceError(400, "invalid_http", "The request is not HTTP/1.1.", remedy: "Use an HTTP client."))
    }
  }

  private func enter(_ context: ChannelHandlerContext) {
    guard !hasEntered else { return }
    hasEntered = true
    address = context.remoteAddress?.ipAddress ?? ""
    isRefused = !count.enter(address)
    // A connection that asks nothing at first is not worth as long a wait as one between two requests.
    schedule(context, in: min(requestTimeout, idleTimeout))
  }

  private static func isAboutHealth(_ head: HTTPRequest) -> Bool {
    ["/healthz", "/readyz", "/metrics"].contains(head.path)
  }

  private func leave() {
    cancel()
    writeDeadline?.cancel()
    writeDeadline = nil
    if hasEntered && !isOver { isOver = true }
    if hasEntered {
      hasEntered = false
      count.leave(address)
    }
  }

  private func schedule(_ context: ChannelHandlerContext, in time: TimeAmount) {
    cancel()
    deadline = context.eventLoop.assumeIsolated().scheduleTask(in: time) { [self] in
      if isReading && !isAnswering && inFlight == 1 {
        end(
          context,
          ServiceError(
            408, "request_timeout", "The request did not arrive in time.", remedy: "Send it faster."))
      } else if !isAnswering {
        context.close(promise: nil)
      }
    }
  }

  private func cancel() {
    deadline?.cancel()
    deadline = nil
  }

  /// Answers with an error and closes.
  private func end(_ context: ChannelHandlerContext, _ error: ServiceError) {
    isOver = true
    cancel()
    let body = ByteBuffer(string: error.body)
    var head = HTTPResponse(status: .init(code: error.status))
    head.headerFields = [
      .contentType: "application/json", .contentLength: "\(body.readableBytes)", .connection: "close",
    ]
    if let seconds = error.retryAfter { head.headerFields[.retryAfter] = "\(seconds)" }
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(body)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in
      context.close(promise: nil)
    }
  }
}

@available(*, unavailable)
extension ConnectionGuard: Sendable {}
