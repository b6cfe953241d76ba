import Foundation
import NeuralNet
import Trainee

/// The memory of this machine, or of the container that the program runs in.
enum MachineMemory {
  /// Bytes: what is built in, or a lower limit of the control group (Linux).
  static let size: Int = {
    let builtIn = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    let limit = try? String(contentsOfFile: "/sys/fs/cgroup/memory.max", encoding: .utf8)
    let bytes = limit.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    return min(builtIn, bytes ?? .max)
  }()

  /// Refuses a network that does not fit, before any memory is taken for it.
  ///
  /// - Throws: `TraineeError` with the memory that it would take.
  static func check(
    _ model: Model, of configuration: ImageClassifier.Configuration, available: Int = size
  ) throws(TraineeError) {
    let needed = Network.leastMemory(
      of: model, maximumBatch: configuration.batchSize, threads: configuration.threads)
    guard needed <= available else {
      throw TraineeError(
        "\(configuration.model) with batches of \(configuration.batchSize) images of \(model.input) takes at least "
          + "\(gigabytes(needed)) of memory; there are \(gigabytes(available)). Choose a smaller batch, network or image."
      )
    }
  }

  private static func gigabytes(_ bytes: Int) -> String {
    String(format: "%.1f GB", Double(bytes) / 1e9)
  }
}
