import Foundation
import Testing

@Suite("metalr serve")
struct ServeTests {
  @Test("It says where it listens and who may use it, outlives SIGHUP, and SIGTERM ends it with status 0")
  func termination() throws {
    let folder = try TemporaryFolder()
    let run = try ProgramRun(
      script: """
        cd "$FOLDER"
        "$METALR" serve --checkpoints . --database runs.sqlite --listen 127.0.0.1:0 --log-format json 2>log &
        until grep -q listening log || ! kill -0 $!; do sleep 0.1; done
        kill -HUP $!
        sleep 0.3
        kill -TERM $!
        wait $!
        status=$?
        cat log >&2
        exit $status
        """, environment: ["FOLDER": folder.path])
    #expect(run.status == 0, "\(run.error)")
    #expect(run.error.contains("no --tokens") && run.error.contains("\"message\":\"listening\""))
    #expect(run.error.contains("\"message\":\"stopped\"") && run.output.isEmpty)
  }

  @Test("An address that another program listens to is refused with a sentence")
  func addressInUse() throws {
    let folder = try TemporaryFolder()
    let run = try ProgramRun(
      script: """
        cd "$FOLDER"
        "$METALR" serve --checkpoints . --database a.sqlite --listen 127.0.0.1:0 --log-format json 2>log &
        until grep -q listening log || ! kill -0 $!; do sleep 0.1; done
        port=$(sed -n 's/.*"port":"\\([0-9]*\\)".*/\\1/p' log)
        "$METALR" serve --checkpoints . --database b.sqlite --listen 127.0.0.1:$port
        status=$?
        kill -TERM $!
        wait $!
        exit $status
        """, environment: ["FOLDER": folder.path])
    #expect(run.status == 70 && run.error.contains("cannot be listened to"), "\(run.status): \(run.error)")
    #expect(run.error.contains("give another address"))
  }

  @Test("The Python client talks HTTPS to it with the authority's certificate, and to nobody without")
  func certificates() throws {
    let folder = try TemporaryFolder()
    let client =
      URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path + "/Clients/python/metalr/client.py"
    let run = try ProgramRun(
      script: """
        cd "$FOLDER"
        request="openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
        $request -keyout ca.key -out ca.pem -subj /CN=authority 2>/dev/null || exit 1
        $request -CA ca.pem -CAkey ca.key -keyout own.key -out own.pem -subj /CN=own \
          -addext basicConstraints=critical,CA:FALSE -addext subjectAltName=IP:127.0.0.1 2>/dev/null || exit 1
        secret=$(printf secret | sha256sum | cut -d' ' -f1)
        echo "alice read,write $secret" >tokens
        "$METALR" serve --checkpoints . --database runs.sqlite --tokens tokens --listen 0.0.0.0:0 --log-format json \
          --certificate own.pem --private-key own.key 2>log &
        until grep -q '"scheme":"https"' log || ! kill -0 $!; do sleep 0.1; done
        port=$(sed -n 's/.*"port":"\\([0-9]*\\)".*/\\1/p' log)
        python3 - "$CLIENT" "https://127.0.0.1:$port" <<'END'
        import importlib.util, sys
        spec = importlib.util.spec_from_file_location("client", sys.argv[1])
        client = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(client)
        trusting = client.Client(sys.argv[2], token="secret", ca_file="ca.pem")
        print(trusting.controllers())
        try:
            client.Client(sys.argv[2], token="secret").controllers()
        except client.Unreachable as error:
            print(error)
        END
        kill -TERM $!
        wait $!
        """, environment: ["FOLDER": folder.path, "CLIENT": client])
    #expect(run.status == 0, "\(run.error)")
    #expect(
      run.output.contains("'controllers': []") && run.output.contains("ca_file"), "\(run.output)\(run.error)")
  }

  /// The Python that the package's own tests may use, where it has numpy.
  static let python = ProcessInfo.processInfo.environment["METALR_PYTHON"] ?? "python3"
  static let hasNumpy =
    (try? ProgramRun(script: "\"$PYTHON\" -c 'import numpy'", environment: ["PYTHON": python]).status) == 0

  @Test(
    "A controller of the service looks and decides as the same one does in Python", .enabled(if: hasNumpy))
  func looks() throws {
    let folder = try TemporaryFolder()
    let own = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let root = own.deletingLastPathComponent().deletingLastPathComponent().path
    let run = try ProgramRun(
      script: """
        cd "$FOLDER"
        cp "$ROOT/checkpoints/universal.ckpt" .
        "$METALR" serve --checkpoints . --database runs.sqlite --listen 127.0.0.1:0 --log-format json 2>log &
        until grep -q '"listening"' log || ! kill -0 $!; do sleep 0.1; done
        port=$(sed -n 's/.*"port":"\\([0-9]*\\)".*/\\1/p' log)
        "$PYTHON" "$SCRIPT" "http://127.0.0.1:$port" universal.ckpt "$ROOT/Clients/python"
        status=$?
        kill -TERM $!
        wait $!
        exit $status
        """,
      environment: [
        "FOLDER": folder.path, "ROOT": root, "PYTHON": Self.python, "SCRIPT": own.path + "/served_looks.py",
      ])
    let numbers = run.output.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
    try #require(run.status == 0 && numbers.count == 2, "\(run.output)\(run.error)")
    #expect(numbers[0] < 1e-6 && numbers[1] > 15, "\(run.output)")
  }

  @Test(
    "What cannot be served is refused at the start, with the status of its kind",
    arguments: [
      (["--listen", "0.0.0.0:0"], 64, "--tokens"), (["--listen", "8080"], 64, "host:port"),
      (["--fallback", "hope"], 64, "hope"), (["--max-body", "0"], 64, "limit on the body"),
      (["--spike-ratio", "1"], 64, "spike ratio"), (["--tokens", "/nowhere/tokens"], 66, "/nowhere/tokens"),
      (["--checkpoints", "/nowhere"], 66, "/nowhere"),
      (["--database", "/nowhere/runs.sqlite"], 66, "/nowhere/runs.sqlite"),
      (["--certificate", "/nowhere/c.pem"], 64, "--private-key"),
      (["--certificate", "/nowhere/c.pem", "--private-key", "/nowhere/k.pem"], 66, "/nowhere/c.pem"),
    ] as [([String], Int32, String)])
  func refusal(arguments: [String], status: Int32, text: String) throws {
    let folder = try TemporaryFolder()
    var all = ["serve"]
    for (name, value) in [
      ("--checkpoints", folder.path), ("--database", folder.path + "/runs.sqlite"),
      ("--listen", "127.0.0.1:0"),
    ] where !arguments.contains(name) { all += [name, value] }
    let run = try ProgramRun(ProgramRun.program, all + arguments, environment: [:])
    #expect(run.status == status && run.error.contains(text), "\(run.status): \(run.error)")
    #expect(run.output.isEmpty)
  }
}
