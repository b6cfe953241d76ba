import Foundation
import MetaLR
import Metrics

/// What is measured when somebody asks for it: the store, the process, the build.
struct StatusGauges: Sendable {
  private let factory: any MetricsFactory
  private let store: RunStore
  private let certificates: CertificateKeeper?

  init(_ factory: any MetricsFactory, store: RunStore, certificates: CertificateKeeper? = nil) {
    self.factory = factory
    self.store = store
    self.certificates = certificates
    set("metalr_build_info", 1, [("version", metalrVersion), ("rules", "\(RunRules.decisionVersion)")])
  }

  /// Measures; what cannot be measured keeps its value.
  func update() async {
    if let counts = try? await store.counts() {
      for status in RunStatus.allCases {
        set("metalr_stored_runs", Double(counts[status.rawValue] ?? 0), [("status", status.rawValue)])
      }
    }
    if let counts = try? await store.trainingCounts() {
      for status in TrainingStatus.allCases {
        set("metalr_trainings", Double(counts[status.rawValue] ?? 0), [("status", status.rawValue)])
      }
    }
    for (name, bytes) in await store.sizes() { set("metalr_database_bytes", Double(bytes), [("file", name)]) }
    set("metalr_waiting_requests", Double(store.waiting))
    set("metalr_missing_changes", Double(store.loss?.missing ?? 0))
    if let certificate = certificates?.certificate {
      set("metalr_certificate_end_timestamp_seconds", certificate.ends.timeIntervalSince1970)
    }
    process()
  }

  private func process() {
    guard let text = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
      let name = text.lastIndex(of: ")")
    else { return }
    // proc(5): fields 14 and 15 are ticks in user and system mode, 24 is the resident set in pages; the text after the
    // name begins with field 3.
    let fields = text[text.index(after: name)...].split(separator: " ")
    guard fields.count > 21, let user = Double(fields[11]), let system = Double(fields[12]),
      let pages = Double(fields[21])
    else { return }
    set("process_cpu_seconds_total", (user + system) / Double(max(1, sysconf(Int32(_SC_CLK_TCK)))))
    set("process_resident_memory_bytes", pages * Double(sysconf(Int32(_SC_PAGESIZE))))
    if let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
      set("process_open_fds", Double(open.count))
    }
  }

  private func set(_ label: String, _ value: Double, _ dimensions: [(String, String)] = []) {
    Meter(label: label, dimensions: dimensions, factory: factory).set(value)
  }
}
