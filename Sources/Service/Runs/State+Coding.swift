import MetaLR

/// The state of a run as it is stored, every bit of it: format 2. Format 1 had no ceiling.
extension GuardedController.State {
  private static let format: UInt8 = 2

  /// The bytes to store.
  var stored: [UInt8] {
    var bytes = ByteWriter(capacity: 256)
    bytes.append(Self.format)
    for floats in [recurrent.actor, recurrent.critic] {
      bytes.append(UInt32(floats.count))
      for value in floats { bytes.append(value) }
    }
    for doubles in [guardian.validationLosses, guardian.trainLosses] {
      bytes.append(UInt32(doubles.count))
      for value in doubles { bytes.append(value) }
    }
    bytes.append(UInt32(clamping: guardian.failures))
    bytes.append(UInt32(clamping: guardian.goodObservations))
    bytes.append(UInt8(guardian.hasHandedOver ? 1 : 0))
    bytes.append(guardian.ceiling ?? 0)
    return bytes.bytes
  }

  /// Reads what ``stored`` wrote; nil for anything else.
  init?(stored: some Collection<UInt8>) {
    var bytes = ByteReader(stored)
    guard let format = bytes.integer(UInt8.self), 1...Self.format ~= format,
      let actor = bytes.array({ $0.float() }), let critic = bytes.array({ $0.float() }),
      let validationLosses = bytes.array({ $0.double() }), let trainLosses = bytes.array({ $0.double() }),
      let failures = bytes.integer(UInt32.self), let goodObservations = bytes.integer(UInt32.self),
      let hasHandedOver = bytes.integer(UInt8.self),
      let ceiling = format == 1 ? 0 : bytes.double(), bytes.isAtEnd
    else { return nil }
    self.init(
      recurrent: RecurrentState(actor: actor, critic: critic),
      guardian: Guardian.State(
        validationLosses: validationLosses, trainLosses: trainLosses, failures: Int(failures),
        goodObservations: Int(goodObservations), ceiling: ceiling > 0 ? ceiling : nil,
        hasHandedOver: hasHandedOver == 1))
  }
}
