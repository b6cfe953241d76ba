import Foundation

/// One run of the built program: what it wrote where, and how it ended.
struct ProgramRun {
  let output: String
  let error: String
  let status: Int32

  /// The program beside the test bundle.
  static var program: URL {
    #if os(macOS)
      let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") } ?? .main
      return bundle.bundleURL.deletingLastPathComponent().appendingPathComponent("metalr")
    #else
      return Bundle.main.bundleURL.appendingPathComponent("metalr")
    #endif
  }

  /// Runs `metalr` with arguments.
  init(_ arguments: String..., environment: [String: String] = [:]) throws {
    try self.init(Self.program, arguments, environment: environment)
  }

  /// Runs a shell script, in which `"$METALR"` is the program.
  init(script: String, environment: [String: String] = [:]) throws {
    let environment = environment.merging(["METALR": Self.program.path]) { given, _ in given }
    try self.init(URL(fileURLWithPath: "/bin/sh"), ["-c", script], environment: environment)
  }

  /// Runs any program to its end; `whileRunning` is given the process once it has started.
  init(
    _ executable: URL, _ arguments: [String], environment: [String: String],
    whileRunning: (Process) throws -> Void = { _ in }
  ) throws {
    let folder = try TemporaryFolder()
    let (outputPath, errorPath) = (folder.path + "/output", folder.path + "/error")
    let files = try [outputPath, errorPath].map { path in
      try Data().write(to: URL(fileURLWithPath: path))
      return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    }
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment
      .filter { $0.key != "METALR_DATA" }
      // Event files carry the time of day, and nothing else does.
      .merging(["SOURCE_DATE_EPOCH": "1700000000"]) { given, _ in given }
      .merging(environment) { _, given in given }
    (process.standardOutput, process.standardError) = (files[0], files[1])
    process.standardInput = FileHandle.nullDevice
    try process.run()
    try whileRunning(process)
    process.waitUntilExit()
    output = try String(contentsOfFile: outputPath, encoding: .utf8)
    error = try String(contentsOfFile: errorPath, encoding: .utf8)
    status = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
  }

  /// Standard output as the one JSON object that it should be.
  func object() throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(output.utf8))
    guard let object = value as? [String: Any] else { throw NotAnObject(output: output) }
    return object
  }

  struct NotAnObject: Error {
    let output: String
  }
}
