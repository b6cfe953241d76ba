import MetaLR

/// The state of a run as it is stored, every bit of it: format 1.
extension GuardedController.State {
  private static let format: UInt8 = 1

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
    return bytes.bytes
  }

  /// Reads what ``stored`` wrote; nil for anything else.
  init?(stored: some Collection<UInt8>) {
    var bytes = ByteReader(stored)
    guard bytes.integer(UInt8.self) == Self.format,
      let actor = bytes.array({ $0.float() }), let critic = bytes.array({ $0.float() }),
      let validationLosses = bytes.array({ $0.double() }), let trainLosses = bytes.array({ $0.double() }),
      let failures = bytes.integer(UInt32.self), let goodObservations = bytes.integer(UInt32.self),
      let hasHandedOver = bytes.integer(UInt8.self), bytes.isAtEnd
    else { return nil }
    self.init(
      recurrent: RecurrentState(actor: actor, critic: critic),
      guardian: Guardian.State(
        validationLosses: validationLosses, trainLosses: trainLosses, failures: Int(failures),
        goodObservations: Int(goodObservations), hasHandedOver: hasHandedOver == 1))
  }
}
