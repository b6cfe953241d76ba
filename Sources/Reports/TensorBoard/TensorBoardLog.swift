import Files
import Foundation

/// Scalars over the steps of a run, as an event file that TensorBoard shows.
///
/// The file is a sequence of TFRecords: length, masked CRC-32C of the length, an `Event` message, masked CRC-32C of the
/// message (tensorflow/core/util/event.proto, tensorflow.org/tutorials/load_data/tfrecord). TensorBoard finds files whose
/// name holds `tfevents`: take ``fileName(wallTime:host:)``.
public struct TensorBoardLog: Sendable {
  /// The file's contents so far.
  public private(set) var data = Data()

  /// Creates a log without scalars.
  ///
  /// - Parameter wallTime: When the run began, in seconds since 1970, for example `Date().timeIntervalSince1970`.
  public init(wallTime: Double) {
    var event = ProtocolBufferMessage()
    if wallTime != 0 { event.addDouble(wallTime, field: 1) }
    event.addBytes("brain.Event:2".utf8, field: 3)
    append(event)
  }

  /// Adds the value of a scalar at a step.
  ///
  /// - Parameters:
  ///   - value: Any number, NaN and infinity included; TensorBoard holds 32 bits of it.
  ///   - tag: The scalar's name; a slash groups names: "loss/validation".
  ///   - step: The step, of the run or of the training.
  ///   - wallTime: When it was measured, in seconds since 1970.
  public mutating func addScalar(_ value: Double, tag: String, step: Int, wallTime: Double) {
    var scalar = ProtocolBufferMessage()
    scalar.addBytes(tag.utf8, field: 1)
    scalar.addFloat(Float(value), field: 2)
    var summary = ProtocolBufferMessage()
    summary.addBytes(scalar.bytes, field: 1)
    var event = ProtocolBufferMessage()
    if wallTime != 0 { event.addDouble(wallTime, field: 1) }
    if step != 0 { event.addVarint(UInt64(bitPattern: Int64(step)), field: 2) }
    event.addBytes(summary.bytes, field: 5)
    append(event)
  }

  /// The name that TensorBoard expects: `events.out.tfevents.<seconds>.<host>`.
  ///
  /// - Parameters:
  ///   - wallTime: When the run began, in seconds since 1970.
  ///   - host: The machine's name, or any other word.
  /// - Returns: A file name without a folder.
  public static func fileName(wallTime: Double, host: String = "metalr") -> String {
    "events.out.tfevents.\(Int(wallTime)).\(host)"
  }

  /// Writes the file, whole or not at all.
  ///
  /// - Throws: `FileError` when it cannot be written.
  public func write(to path: String) throws(FileError) {
    try AtomicFile.write(data, to: path)
  }

  private mutating func append(_ event: ProtocolBufferMessage) {
    let length = littleEndianBytes(UInt64(event.bytes.count))
    data.append(contentsOf: length)
    data.append(contentsOf: littleEndianBytes(CRC32C.masked(length)))
    data.append(contentsOf: event.bytes)
    data.append(contentsOf: littleEndianBytes(CRC32C.masked(event.bytes)))
  }
}
