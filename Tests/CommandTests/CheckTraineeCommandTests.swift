import Foundation
import Testing

@Suite("metalr check-trainee")
struct CheckTraineeCommandTests {
  static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  static let example = tests.deletingLastPathComponent().path + "/Docs/Examples/trainees/standard_library.py"
  static let misbehaving = tests.path + "/TraineeTests/misbehaving.py"

  @Test("The example of the standard library alone keeps every rule")
  func sound() throws {
    let run = try ProgramRun("check-trainee", "--rate", "0.1", "--", "python3", Self.example)
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.hasSuffix("'softmax regression' keeps the contract.\n"), "\(run.output)")
    #expect(!run.output.contains("BROKEN"))
    #expect(run.error.isEmpty)
  }

  @Test("A trainee that does not train breaks rules, which are named, and ends with status 65")
  func broken() throws {
    let run = try ProgramRun("check-trainee", "--json", "--", "python3", Self.misbehaving, "behaves", "none")
    #expect(run.status == 65, "\(run.error)")
    let findings = try #require(run.object()["findings"] as? [[String: Any]])
    let broken = findings.filter { $0["isKept"] as? Bool == false }.compactMap { $0["rule"] as? String }
    #expect(broken == ["respects rates"])
  }

  @Test("A process that fails at every request is still checked to the end")
  func failing() throws {
    let run = try ProgramRun("check-trainee", "--quiet", "--", "python3", Self.misbehaving, "exits", "train")
    #expect(run.status == 65)
    #expect(run.output.contains("exit status 3"))
    #expect(run.output.contains("kept    reset answers with step 0"))
    #expect(run.error.isEmpty)
  }

  @Test("A command that cannot be used ends with status 69 and its last words; none at all with 64")
  func unusable() throws {
    let run = try ProgramRun("check-trainee", "--", "python3", Self.misbehaving, "exits", "hello")
    #expect(run.status == 69)
    #expect(run.error.contains("cannot go on: no such device"))
    #expect(run.output.isEmpty)
    #expect(try ProgramRun("check-trainee").status == 64)
  }
}
