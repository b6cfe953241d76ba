import Foundation
import Testing

@Suite("metalr datasets verify")
struct DatasetsVerifyTests {
  @Test("A data set that is not there ends with status 66 and the command that fetches it")
  func missing() throws {
    let folder = try TemporaryFolder()
    let run = try ProgramRun("datasets", "verify", "cifar10", "--data", folder.path)
    #expect(run.status == 66)
    #expect(run.output.isEmpty)
    #expect(run.error.hasPrefix("metalr: error: Data set 'cifar10' is not in '\(folder.path)'."))
    #expect(run.error.contains("metalr datasets fetch cifar10"))
  }

  @Test("A damaged file is named with what is wrong, and ends with status 65")
  func damaged() throws {
    let folder = try TemporaryFolder()
    let path = try folder.add("fashion-mnist/t10k-labels-idx1-ubyte", "nonsense")
    let run = try ProgramRun("datasets", "verify", "fashion", "--data", folder.path)
    #expect(run.status == 65)
    #expect(run.output.contains("\(path): '\(path)' "))
    #expect(run.output.contains("train-images-idx3-ubyte.gz: missing; run 'metalr datasets fetch fashion'\n"))
  }

  @Test("--json tells the same of every file")
  func json() throws {
    let folder = try TemporaryFolder()
    try folder.add("fashion-mnist/t10k-labels-idx1-ubyte", "nonsense")
    let run = try ProgramRun("datasets", "verify", "--json", "--data", folder.path)
    #expect(run.status == 65)
    let files = try #require(run.object()["files"] as? [[String: Any]])
    #expect(files.count == 4)
    #expect(
      files.compactMap { $0["state"] as? String }.sorted() == ["damaged", "missing", "missing", "missing"])
    #expect(files.allSatisfy { $0["isUsable"] as? Bool == false })
  }

  @Test("With no data there is nothing to check, and the status says that input is missing")
  func nothing() throws {
    let folder = try TemporaryFolder()
    let run = try ProgramRun("datasets", "verify", "--data", folder.path)
    #expect(run.status == 66)
    #expect(run.output == "There are no files to check in \(folder.path).\n")
  }
}
