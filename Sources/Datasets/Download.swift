import Foundation

/// One file on its way from a publisher to its final name.
struct Download {
  private let address: String
  private let url: URL
  private let path: String
  private let size: Int
  private let md5: String
  private let slice: Int
  private let retryDelay: Duration
  private let progress: @Sendable (Int) -> Void

  /// Attempts in a row that bring nothing before the download is given up.
  private static let fruitlessAttempts = 3

  init(
    address: String, path: String, size: Int, md5: String, slice: Int, retryDelay: Duration,
    progress: @escaping @Sendable (Int) -> Void
  ) throws(DatasetError) {
    guard let url = URL(string: address), let scheme = url.scheme, ["http", "https"].contains(scheme) else {
      throw .download(
        url: address, problem: "cannot begin: this is not an address of the web",
        remedy: "Give one that begins with http:// or https://.")
    }
    self.address = address
    self.url = url
    self.path = path
    self.size = size
    self.md5 = md5
    self.slice = slice
    self.retryDelay = retryDelay
    self.progress = progress
  }

  /// Downloads, checks, renames.
  func run() async throws(DatasetError) {
    let part = try PartFile(of: path)
    var mayStartAgain = part.size > 0
    if part.size > size { try part.empty() }
    while true {
      do throws(DatasetError) {
        try await receive(into: part)
      } catch {
        if part.size == 0 { part.remove() }
        throw error
      }
      let sum = try MD5.ofFile(part.path, decompressing: false)
      if sum == md5 {
        try part.finish()
        progress(size)
        return
      }
      guard mayStartAgain else {
        part.remove()
        throw .download(
          url: address, problem: "brought a file with MD5 \(sum), where the publisher gives \(md5)",
          remedy: "Nothing was kept. A proxy may have answered in the publisher's place: try again later.")
      }
      // The part of an earlier call may be what is wrong: once more from the beginning.
      mayStartAgain = false
      try part.empty()
    }
  }

  /// Gets bytes until all are here, over as many connections as it takes.
  private func receive(into part: PartFile) async throws(DatasetError) {
    var attempts = 0
    var most = part.size
    while part.size < size {
      let outcome = await Transfer.run(url: url, into: part, limit: size, slice: slice, progress: progress)
      attempts = part.size > most ? 0 : attempts + 1
      most = max(most, part.size)
      switch outcome {
      case .complete where attempts == 0: continue
      case .complete:
        try await giveUp(after: attempts, problem: "ended after \(part.size) of \(size) bytes")
      case .interrupted(let problem): try await giveUp(after: attempts, problem: problem)
      case .refused(let problem):
        throw .download(
          url: address, problem: problem, remedy: "Check the address, or try again later.")
      case .unwritable(let error): throw error
      case .cancelled:
        throw .download(
          url: address, problem: "was stopped", remedy: "Run the same command again to go on from here.")
      }
    }
  }

  /// Waits before the next attempt, or throws after too many that brought nothing.
  private func giveUp(after attempts: Int, problem: String) async throws(DatasetError) {
    guard attempts < Self.fruitlessAttempts else {
      throw .download(
        url: address, problem: problem,
        remedy: "Check the network, then run the same command again: it goes on from what is here.")
    }
    try? await Task.sleep(for: retryDelay)
  }
}
