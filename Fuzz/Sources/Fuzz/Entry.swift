import Foundation

/// The reader that this process feeds, by the variable `METALR_FUZZ`.
private let target: FuzzTarget = {
  let name = ProcessInfo.processInfo.environment["METALR_FUZZ"] ?? ""
  guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
    print("METALR_FUZZ must name one of: \(FuzzTarget.all.map(\.name).joined(separator: " "))")
    exit(64)
  }
  return target
}()

/// Called once by libFuzzer before anything else.
///
/// `METALR_FUZZ_LIST` prints the readers; `METALR_FUZZ_SEEDS` writes the reader's seeds into a folder. Both end the process.
@_cdecl("LLVMFuzzerInitialize")
public func initializeFuzzer(
  _ count: UnsafeMutablePointer<CInt>?,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>?
) -> CInt {
  let environment = ProcessInfo.processInfo.environment
  if environment["METALR_FUZZ_LIST"] != nil {
    for target in FuzzTarget.all { print(target.name, target.longestInput) }
    exit(0)
  }
  if let folder = environment["METALR_FUZZ_SEEDS"] {
    do {
      for (number, seed) in try target.seeds().enumerated() {
        try seed.write(to: URL(fileURLWithPath: "\(folder)/seed-\(number)"))
      }
    } catch {
      print("The seeds of \(target.name) could not be written: \(error)")
      exit(1)
    }
    exit(0)
  }
  return 0
}

/// Called by libFuzzer with one input after the other.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let data = bytes.map { Data(bytes: $0, count: count) } ?? Data()
  // An input that is refused with an error is what a reader is for.
  try? target.run(data)
  return 0
}
