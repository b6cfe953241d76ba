import Foundation
import Testing

@Suite("metalr serve --trainings")
struct TrainWorkerTests {
  static let client = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/training_client.py"

  @Test(
    "A training whose service and worker are killed goes on at the next start, and ends with the same bytes")
  func killed() throws {
    let folder = try TemporaryFolder()
    let run = try ProgramRun(
      script: """
        cd "$FOLDER" && mkdir checkpoints
        trap 'kill -9 $service 2>/dev/null' EXIT
        serve() {
          "$METALR" serve --checkpoints checkpoints --database runs.sqlite --trainings trainings \\
            --allow-trainee "quadratic=python3 $TRAINEE" --listen 127.0.0.1:0 --log-format json 2>$1 &
          service=$!
          until grep -q '"listening"' $1 || ! kill -0 $service; do sleep 0.1; done
          port=$(sed -n 's/.*"port":"\\([0-9]*\\)".*/\\1/p' $1)
        }
        serve first.log
        python3 "$CLIENT" $port begin
        until ls trainings/*/controller.state/state-000002.json >/dev/null 2>&1; do sleep 0.05; done
        worker=$(ps -o pid= --ppid $service | head -1)
        kill -9 $service $worker
        serve second.log
        python3 "$CLIENT" $port wait || exit 1
        "$METALR" train-controller --quiet --trainee "python3 $TRAINEE" --episodes 60 --seed 5 --steps 40 --seeds 0 \\
          --output alone.ckpt || exit 1
        cmp checkpoints/quadratic.ckpt alone.ckpt || exit 1
        "$METALR" inspect checkpoints/quadratic.ckpt
        ls trainings
        """,
      environment: [
        "FOLDER": folder.path, "TRAINEE": CheckTraineeCommandTests.example, "CLIENT": Self.client,
      ])
    #expect(run.status == 0, "\(run.error)\(run.output)")
    #expect(run.output.contains("60"), "\(run.output)")
  }

  @Test("A worker whose service has gone saves its state and ends")
  func orphan() throws {
    let folder = try TemporaryFolder()
    let run = try ProgramRun(
      "train-worker", "--service", "1", "--", "--output=\(folder.path)/a.ckpt", "--episodes=100000",
      "--seeds=0")
    #expect(run.status == 143 && run.error.contains("Stopped as asked"), "\(run.status): \(run.error)")
    #expect(FileManager.default.fileExists(atPath: folder.path + "/a.state"))
  }

  @Test("A check says what is wrong with a training, and does nothing")
  func check() throws {
    let folder = try TemporaryFolder()
    let wrong = try ProgramRun(
      "train-worker", "--service", "1", "--check", "--", "--output=\(folder.path)/a.ckpt", "--preset=huge")
    #expect(wrong.status == 64 && wrong.error.contains("huge"))
    let right = try ProgramRun(
      "train-worker", "--service", "1", "--check", "--", "--output=\(folder.path)/a.ckpt", "--episodes=900")
    #expect(right.status == 0 && right.output.isEmpty && right.error.isEmpty, "\(right.error)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }
}
