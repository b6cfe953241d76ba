import Foundation

/// The memory that this process may take.
package enum MachineMemory {
  /// Bytes: what is built in, or a lower limit of the control group (Linux) or of the process (`ulimit -v`).
  package static let size: Int = {
    let builtIn = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    let group = try? String(contentsOfFile: "/sys/fs/cgroup/memory.max", encoding: .utf8)
    let bytes = group.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    return min(builtIn, bytes ?? .max, processLimit)
  }()

  private static var processLimit: Int {
    var limit = rlimit()
    #if os(Linux)
      let status = getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    #else
      let status = getrlimit(RLIMIT_AS, &limit)
    #endif
    return status == 0 ? Int(clamping: limit.rlim_cur) : .max
  }

  /// Bytes for people: "7.8 GB".
  package static func gigabytes(_ bytes: Int) -> String {
    String(format: "%.1f GB", Double(bytes) / 1e9)
  }
}
