import Foundation
import Testing

@Suite("metalr datasets fetch")
struct DatasetsFetchTests {
  @Test(
    "A signal stops a download in order: the status says which, and the text how to go on",
    arguments: [SIGINT, SIGTERM])
  func interrupted(signal: Int32) throws {
    let folder = try TemporaryFolder()
    let server = try StalledServer()
    let run = try ProgramRun(
      ProgramRun.program,
      ["datasets", "fetch", "fashion", "--data", folder.path, "--from", "http://127.0.0.1:\(server.port)/"],
      environment: [:]
    ) { process in
      try server.accept()
      kill(process.processIdentifier, signal)
    }
    #expect(run.status == 128 + signal)
    #expect(run.output.isEmpty)
    #expect(run.error.contains("metalr: error: Stopped as asked. Run the same command again"))
  }

  @Test("A publisher that cannot be reached ends with status 69 and the address")
  func unreachable() throws {
    let folder = try TemporaryFolder()
    // The discard port of this machine, on which nothing listens.
    let run = try ProgramRun(
      "datasets", "fetch", "fashion", "--data", folder.path, "--from", "http://127.0.0.1:9/")
    #expect(run.status == 69)
    #expect(run.output.isEmpty)
    #expect(run.error.contains("metalr: error: Download of 'http://127.0.0.1:9/train-images-idx3-ubyte.gz'"))
  }

  @Test("A folder that cannot be written ends with status 73, before anything is downloaded")
  func unwritable() throws {
    let folder = try TemporaryFolder()
    // Below a file there can be no folder, not even for the superuser.
    let file = try folder.add("file")
    let run = try ProgramRun(
      "datasets", "fetch", "fashion", "--data", file + "/data", "--from", "http://127.0.0.1:9/")
    #expect(run.status == 73)
    #expect(run.error.hasPrefix("metalr: error: '\(file)/data"))
  }

  @Test("The drawn data set needs no download")
  func drawn() throws {
    let run = try ProgramRun("datasets", "fetch", "shapes")
    #expect(run.status == 0)
    #expect(run.output == "shapes: drawn by the program, needs no download\n")
    #expect(run.error.isEmpty)
  }

  @Test("An unknown name ends with status 64 and the names that exist")
  func unknownName() throws {
    let run = try ProgramRun("datasets", "fetch", "mnist")
    #expect(run.status == 64)
    #expect(run.error.contains("shapes"))
    #expect(run.error.contains("cifar10"))
  }
}
