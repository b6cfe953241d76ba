import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOSSL

/// HTTP inside TLS; each connection gets the certificate that is in use when it begins.
struct SecureChannel: ServerChildChannel {
  let base: HTTP1Channel
  let certificates: CertificateKeeper

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
    channel.eventLoop.makeCompletedFuture {
      let pipeline = channel.pipeline.syncOperations
      try pipeline.addHandler(PlainTextRefusal())
      try pipeline.addHandler(NIOSSLServerHandler(context: certificates.certificate.context))
    }.flatMap { base.setup(channel: channel, logger: logger) }
  }

  func handle(value: HTTP1Channel.Value, logger: Logger) async {
    await base.handle(value: value, logger: logger)
  }
}

extension HTTPServerBuilder {
  /// HTTP/1.1, inside TLS where there is a certificate.
  static func http1(
    _ configuration: HTTP1Channel.Configuration, certificates: CertificateKeeper?
  ) -> HTTPServerBuilder {
    HTTPServerBuilder { responder in
      let plain = HTTP1Channel(responder: responder, configuration: configuration)
      guard let certificates else { return plain }
      return SecureChannel(base: plain, certificates: certificates)
    }
  }
}

/// Tells a client that speaks HTTP without TLS what is wrong, in place of closing without a word.
final class PlainTextRefusal: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// How every connection with TLS begins (RFC 8446, 5.1: the content type of a handshake).
  private static let handshake: UInt8 = 22

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let buffer = unwrapInboundIn(data)
    guard let first = buffer.readableBytesView.first, first != Self.handshake else {
      context.fireChannelRead(data)
      context.pipeline.syncOperations.removeHandler(self, promise: nil)
      return
    }
    let error = ServiceError(
      400, "invalid_http", "This port speaks HTTPS only.", remedy: "Use an address that begins with https://."
    )
    let answer = """
      HTTP/1.1 400 Bad Request\r
      Content-Type: application/json\r
      Content-Length: \(error.body.utf8.count)\r
      Connection: close\r
      \r
      \(error.body)
      """
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer))).assumeIsolated().whenComplete { _ in
      context.close(promise: nil)
    }
  }
}

@available(*, unavailable)
extension PlainTextRefusal: Sendable {}
