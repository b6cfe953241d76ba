import Foundation
import Synchronization
import Testing

@testable import Datasets

@Suite struct FetchTests {
  static let content = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }

  private let folder: TemporaryFolder
  private let catalogue: DatasetCatalogue

  init() throws {
    folder = try TemporaryFolder()
    catalogue = DatasetCatalogue(folder: folder.path)
  }

  private func file(size: Int? = nil, md5: String? = nil) -> PublishedFile {
    var digest = MD5()
    digest.update(Self.content)
    return PublishedFile(
      base: "http://127.0.0.1:1/", name: "file.gz", folder: "set", size: size ?? Self.content.count,
      md5: md5 ?? digest.hexadecimal())
  }

  /// Fetches the file from the server; gives the error's text, "" when there is none.
  private func fetch(_ server: TestServer, _ file: PublishedFile) async -> String {
    defer { server.stop() }
    do {
      try await catalogue.fetch([file], from: server.base, retryDelay: .milliseconds(1))
      return ""
    } catch {
      return error.description
    }
  }

  private func bytes(_ name: String) -> [UInt8]? {
    FileManager.default.contents(atPath: folder.path + "/set/" + name).map { [UInt8]($0) }
  }

  @Test("A file arrives whole, under its name, without a part left")
  func arrives() async throws {
    let server = try TestServer(Self.content, .good)
    #expect(await fetch(server, file()) == "")
    #expect(bytes("file.gz") == Self.content)
    #expect(bytes("file.gz.part") == nil)
    #expect(server.ranges == [""])
  }

  @Test("Progress rises to the size, and a file that is there is not fetched again")
  func progress() async throws {
    let server = try TestServer(Self.content, .good)
    defer { server.stop() }
    let seen = Mutex<[FetchProgress]>([])
    for _ in 0..<2 {
      try await catalogue.fetch([file()], from: server.base) { progress in
        seen.withLock { $0.append(progress) }
      }
    }
    let received = seen.withLock { $0.map(\.received) }
    #expect(received == received.sorted() && received.suffix(2) == [300_000, 300_000], "\(received)")
    #expect(seen.withLock { $0.first.map { [$0.fileNumber, $0.fileCount, $0.size] } } == [1, 1, 300_000])
    #expect(server.ranges.count == 1)
  }

  @Test("An interrupted connection is taken up where it stopped")
  func interrupted() async throws {
    let server = try TestServer(Self.content, .dropAfter(100_000), .silent, .dropAfter(50_000), .good)
    #expect(await fetch(server, file()) == "")
    #expect(bytes("file.gz") == Self.content)
    #expect(server.ranges == ["", "100000-", "100000-", "150000-"])
  }

  @Test("A large file comes in slices, from a server that knows ranges and from one that does not")
  func slices() async throws {
    let ranges = [
      (TestServer.Behaviour.good, ["0-99999", "100000-199999", "200000-"]), (.ignoresRange, ["0-99999"]),
    ]
    for (behaviour, expected) in ranges {
      let server = try TestServer(Self.content, behaviour)
      defer { server.stop() }
      try await catalogue.fetch([file()], from: server.base, slice: 100_000)
      #expect(bytes("file.gz") == Self.content)
      #expect(server.ranges == expected)
      try FileManager.default.removeItem(atPath: folder.path + "/set/file.gz")
    }
  }

  @Test("The part of an earlier call is gone on with")
  func resumed() async throws {
    try folder.write(Array(Self.content[..<120_000]), to: "set/file.gz.part")
    let server = try TestServer(Self.content, .good)
    #expect(await fetch(server, file()) == "")
    #expect(bytes("file.gz") == Self.content)
    #expect(server.ranges == ["120000-"])
  }

  @Test("A complete part needs no connection")
  func completePart() async throws {
    try folder.write(Self.content, to: "set/file.gz.part")
    let server = try TestServer(Self.content, .silent)
    #expect(await fetch(server, file()) == "")
    #expect(bytes("file.gz") == Self.content)
    #expect(server.ranges.isEmpty)
  }

  @Test(
    "A server that ignores ranges, or answers another, costs a new beginning",
    arguments: [TestServer.Behaviour.ignoresRange, .wrongRange])
  func noRanges(behaviour: TestServer.Behaviour) async throws {
    try folder.write(Array(Self.content[..<120_000]), to: "set/file.gz.part")
    let server = try TestServer(Self.content, behaviour, .good)
    #expect(await fetch(server, file()) == "")
    #expect(bytes("file.gz") == Self.content)
  }

  @Test("A part with wrong bytes, or too many, is thrown away", arguments: [1, 120_000, 300_000, 400_000])
  func wrongPart(size: Int) async throws {
    try folder.write([UInt8](repeating: 1, count: size), to: "set/file.gz.part")
    let server = try TestServer(Self.content, .good)
    #expect(await fetch(server, file()) == "")
    #expect(bytes("file.gz") == Self.content)
  }

  @Test("A file with another sum is not kept, and both sums are named")
  func wrongSum() async throws {
    let server = try TestServer(Self.content, .good)
    let text = await fetch(server, file(md5: String(repeating: "0", count: 32)))
    #expect(text.contains(String(repeating: "0", count: 32)) && text.contains(file().md5), "\(text)")
    #expect(bytes("file.gz") == nil)
    #expect(bytes("file.gz.part") == nil)
  }

  @Test("A file that is there with other bytes is replaced only by a good one")
  func replaced() async throws {
    try folder.write([1, 2, 3], to: "set/file.gz")
    #expect(await fetch(try TestServer(Self.content, .status(404)), file()) != "")
    #expect(bytes("file.gz") == [1, 2, 3])
    #expect(await fetch(try TestServer(Self.content, .good), file()) == "")
    #expect(bytes("file.gz") == Self.content)
  }

  @Test(
    "A refusal is reported with its status, and leaves nothing",
    arguments: [(403, 1), (404, 1), (500, 3), (503, 3)])
  func refused(status: Int, requests: Int) async throws {
    let server = try TestServer(Self.content, .status(status))
    let text = await fetch(server, file())
    #expect(text.contains("HTTP status \(status)") && text.contains(server.base + "file.gz"), "\(text)")
    #expect(server.ranges.count == requests)
    #expect(bytes("file.gz") == nil)
    #expect(bytes("file.gz.part") == nil)
  }

  @Test(
    "A server with another size is refused, at the beginning or on the way",
    arguments: [(299_999, 0), (300_001, 0), (300_001, 300_000), (400_000, 300_000), (299_999, 10)])
  func otherSize(size: Int, partSize: Int) async throws {
    if partSize > 0 { try folder.write([UInt8](repeating: 0, count: partSize), to: "set/file.gz.part") }
    let server = try TestServer(Self.content, .good)
    let text = await fetch(server, file(size: size))
    #expect(text.hasPrefix("Download of '\(server.base)file.gz' "), "\(text)")
    #expect(bytes("file.gz") == nil)
  }

  @Test("Without a connection the error says so, and keeps the part")
  func noConnection() async throws {
    try folder.write(Array(Self.content[..<10]), to: "set/file.gz.part")
    let server = try TestServer(Self.content, .good)
    server.stop()
    do {
      try await catalogue.fetch([file()], from: "http://127.0.0.1:1", retryDelay: .milliseconds(1))
      Issue.record("no error")
    } catch {
      #expect(error.description.contains("Check the network"), "\(error)")
    }
    #expect(bytes("file.gz.part")?.count == 10)
  }

  @Test("What is no address of the web is refused", arguments: ["ftp://a/", "nonsense", ""])
  func badAddress(base: String) async {
    do {
      try await catalogue.fetch([file()], from: base, retryDelay: .milliseconds(1))
      Issue.record("no error")
    } catch {
      #expect(error.description.contains("http:// or https://"), "\(error)")
    }
  }

  @Test("A folder that cannot be made is named")
  func unwritableFolder() async throws {
    try folder.write([1], to: "set")
    let server = try TestServer(Self.content, .good)
    let text = await fetch(server, file())
    #expect(text.contains("'\(folder.path)/set'"), "\(text)")
  }

  @Test("Two downloads of one file do not mix")
  func locked() async throws {
    let part = try PartFile(of: folder.path + "/set/file.gz")
    let text = await fetch(try TestServer(Self.content, .good), file())
    #expect(text.contains("in use by another download"), "\(text)")
    #expect(part.size == 0)
  }

  @Test("The drawn data set needs no download")
  func shapes() async throws {
    try await catalogue.fetch(.shapes, from: "http://127.0.0.1:1")
    #expect(catalogue.verify(.shapes).isEmpty)
  }
}
