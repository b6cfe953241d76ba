import Foundation
import MetaLR

/// The state of a run as it is stored, every bit of it: format 4. Format 1 had no ceiling, format 2 no history,
/// format 3 training losses and no first loss.
extension GuardedController.State {
  private static let format: UInt8 = 4

  /// The bytes to store.
  var stored: [UInt8] {
    var bytes = ByteWriter(capacity: 256)
    bytes.append(Self.format)
    for floats in [controller.recurrent.actor, controller.recurrent.critic] {
      bytes.append(UInt32(floats.count))
      for value in floats { bytes.append(value) }
    }
    bytes.append(UInt32(guardian.validationLosses.count))
    for loss in guardian.validationLosses { bytes.append(loss) }
    bytes.append(UInt32(clamping: guardian.failures))
    bytes.append(UInt32(clamping: guardian.goodObservations))
    bytes.append(UInt8(guardian.hasHandedOver ? 1 : 0))
    bytes.append(guardian.ceiling ?? 0)
    let history = controller.history.looksBack ? try? Self.encoder.encode(controller.history) : nil
    bytes.append(UInt32(history?.count ?? 0))
    for byte in history ?? Data() { bytes.append(byte) }
    bytes.append(guardian.firstValidationLoss ?? .nan)
    return bytes.bytes
  }

  private static let words = (positive: "Infinity", negative: "-Infinity", nan: "NaN")

  /// With sorted keys, since the bytes are hashed and compared, and words for what is not finite.
  private static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: words.positive, negativeInfinity: words.negative, nan: words.nan)
    return encoder
  }

  private static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: words.positive, negativeInfinity: words.negative, nan: words.nan)
    return decoder
  }

  /// Reads what ``stored`` wrote; nil for anything else.
  init?(stored: some Collection<UInt8>) {
    var bytes = ByteReader(stored)
    guard let format = bytes.integer(UInt8.self), 1...Self.format ~= format,
      let actor = bytes.array({ $0.float() }), let critic = bytes.array({ $0.float() }),
      let validationLosses = bytes.array({ $0.double() }),
      format > 3 || bytes.array({ $0.double() }) != nil,
      let failures = bytes.integer(UInt32.self), let goodObservations = bytes.integer(UInt32.self),
      let hasHandedOver = bytes.integer(UInt8.self),
      let ceiling = format == 1 ? 0 : bytes.double(),
      let history = format < 3 ? [] : bytes.array({ $0.integer(UInt8.self) }),
      let firstLoss = format < 4 ? .nan : bytes.double(), bytes.isAtEnd,
      let past = history.isEmpty
        ? RunHistory(looksBack: false) : try? Self.decoder.decode(RunHistory.self, from: Data(history))
    else { return nil }
    self.init(
      controller: ControllerSession.Memory(
        recurrent: RecurrentState(actor: actor, critic: critic), history: past),
      guardian: Guardian.State(
        validationLosses: validationLosses, firstValidationLoss: firstLoss.isNaN ? nil : firstLoss,
        failures: Int(failures), goodObservations: Int(goodObservations),
        ceiling: ceiling > 0 ? ceiling : nil,
        hasHandedOver: hasHandedOver == 1))
  }
}
