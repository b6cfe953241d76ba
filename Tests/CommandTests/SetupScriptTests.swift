import Foundation
import Testing

/// Runs Scripts/setup against machines made of stand-ins: nothing of the real machine is changed.
@Suite("Scripts/setup")
struct SetupScriptTests {
  static let setup = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Scripts/setup")

  /// A folder of stand-in programs that is the whole PATH; `installed` appears when a package is installed.
  struct Machine {
    let folder: TemporaryFolder

    init(
      swift: String? = "6.1", hasGit: Bool = true, missingHeader: String? = nil, packager: String? = "apt-get"
    )
      throws
    {
      folder = try TemporaryFolder()
      for tool in ["sed", "id", "env", "touch", "cat"] {
        let real = try #require(
          ["/usr/bin/", "/bin/"].first { FileManager.default.fileExists(atPath: $0 + tool) })
        try FileManager.default.createSymbolicLink(
          atPath: "\(folder.path)/\(tool)", withDestinationPath: real + tool)
      }
      if let swift { try add("swift", "echo 'Swift version \(swift).1 (swift-\(swift).1-RELEASE)'") }
      if hasGit { try add("git", ":") }
      try add(
        "clang",
        "read -r line; [ -e \(folder.path)/installed ] || [ \"$line\" != '#include <\(missingHeader ?? "")>' ]"
      )
      // Stands for `sudo` where the tests are not run by root.
      try add("sudo", "[ \"$1\" != -n ] || shift; exec \"$@\"")
      if let packager {
        try add(
          packager,
          """
          echo "\(packager) $*" >>\(folder.path)/calls
          case "$*" in *broken*) exit 1;; *install*) touch \(folder.path)/installed;; esac
          """)
      }
    }

    func add(_ name: String, _ body: String) throws {
      try folder.addProgram(name, "#!/bin/sh\n\(body)\n")
    }

    func runSetup() throws -> ProgramRun {
      try ProgramRun(
        URL(fileURLWithPath: "/bin/sh"), [SetupScriptTests.setup.path], environment: ["PATH": folder.path])
    }

    var calls: String { (try? String(contentsOfFile: folder.path + "/calls", encoding: .utf8)) ?? "" }
  }

  @Test("Where everything is there it does nothing and says so in one line")
  func complete() throws {
    let machine = try Machine()
    let run = try machine.runSetup()
    #expect(run.status == 0)
    #expect(run.output == "setup: everything is there (Swift 6.1)\n")
    #expect(run.error.isEmpty)
    #expect(machine.calls.isEmpty)
  }

  @Test(
    "Missing headers are installed with the system's packager, once",
    arguments: [
      ("zlib.h", "apt-get", "apt-get update -q\napt-get install -q -y --no-install-recommends zlib1g-dev\n"),
      ("zlib.h", "dnf", "dnf install -q -y zlib-devel\n"),
      ("zlib.h", "brew", "brew install zlib\n"),
      (
        "sqlite3.h", "apt-get",
        "apt-get update -q\napt-get install -q -y --no-install-recommends libsqlite3-dev\n"
      ),
      ("sqlite3.h", "dnf", "dnf install -q -y sqlite-devel\n"),
    ])
  func installsHeaders(header: String, packager: String, calls: String) throws {
    let machine = try Machine(missingHeader: header, packager: packager)
    let first = try machine.runSetup()
    #expect(first.status == 0)
    #expect(first.output.contains("headers: missing; installing"))
    #expect(first.output.hasSuffix("setup: done\n"))
    #expect(machine.calls == calls)
    #expect(try machine.runSetup().output == "setup: everything is there (Swift 6.1)\n")
    #expect(machine.calls == calls)
  }

  @Test(
    "A missing compiler or one that is too old ends with the way to get it", arguments: [nil, "5.10", "6.0"])
  func compiler(version: String?) throws {
    let run = try Machine(swift: version).runSetup()
    #expect(run.status == 1)
    #expect(
      run.error.hasPrefix(
        version == nil
          ? "setup: error: the Swift compiler is missing" : "setup: error: Swift \(version ?? "") is too old")
    )
    #expect(run.error.contains("https://www.swift.org/install"))
  }

  @Test("Newer compilers are accepted", arguments: ["6.1", "6.3", "6.10", "7.0"])
  func newerCompiler(version: String) throws {
    #expect(try Machine(swift: version).runSetup().status == 0)
  }

  @Test("Without a packager it names the packages to install")
  func noPackager() throws {
    let run = try Machine(missingHeader: "zlib.h", packager: nil).runSetup()
    #expect(run.status == 1)
    #expect(run.error.contains("apt-get install zlib1g-dev, dnf install zlib-devel"))
  }

  @Test("A package that installs but does not help, or does not install, is an error")
  func failedInstallation() throws {
    let useless = try Machine(hasGit: false)
    let run = try useless.runSetup()
    #expect(run.status == 1)
    #expect(run.error.contains("git is still missing"))

    let failing = try Machine(missingHeader: "zlib.h")
    try failing.add("apt-get", "[ \"$1\" = update ]")
    let failed = try failing.runSetup()
    #expect(failed.status == 1)
    #expect(failed.error.contains("Run: apt-get install zlib1g-dev"))
  }
}
