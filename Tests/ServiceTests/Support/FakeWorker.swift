import Foundation

@testable import Service

/// A worker that trains nothing: the seed of a training says how it behaves.
enum FakeWorker {
  /// What the seeds mean.
  enum Seed {
    static let finishes = 1
    static let waits = 2
    static let isKilled = 3
    static let finishesAtSecondStart = 4
    static let refuses = 5
  }

  /// Writes the program, and makes a service train with it.
  static func use(_ configuration: inout ServiceConfiguration) throws {
    let folder = String(configuration.database.dropLast("/runs.sqlite".count))
    let program = folder + "/worker.sh"
    try Data(script(checkpoints: configuration.checkpoints).utf8).write(to: URL(fileURLWithPath: program))
    var trainings = ServiceConfiguration.Trainings(
      folder: folder + "/trainings", worker: ["/bin/sh", program])
    trainings.trainees = ["example": "true"]
    trainings.episodes = 1000
    trainings.queued = 2
    trainings.pulse = .milliseconds(20)
    configuration.trainings = trainings
  }

  private static func script(checkpoints: String) -> String {
    """
    for word in "$@"; do
      case "$word" in
        --output=*) output=${word#--output=} ;;
        --seed=*) seed=${word#--seed=} ;;
        --optimizer=nonsense)
          printf 'metalr: error: There is no optimizer in %s/x.\\nUsage: metalr\\n' "$(dirname "$output")" >&2
          exit 64 ;;
        --check) check=yes ;;
      esac
    done
    [ -z "$check" ] || exit 0
    folder=$(dirname "$output")
    echo '{"episodes":5,"update":{"number":0,"episodes":5,"meanReturn":-0.5,"divergedShare":0.2}}'
    echo '{"episodes":7}'
    finish() {
      echo '{"episodes":10,"update":{"number":1,"episodes":10,"meanReturn":0.25,"divergedShare":0}}'
      cp '\(checkpoints)/sample.ckpt' "$output"
      exit 0
    }
    case "$seed" in
      1) finish ;;
      2) trap 'sleep 0.3; touch "$folder/saved"; exit 143' TERM; while true; do sleep 0.05; done ;;
      4) [ ! -e "$folder/started" ] || finish; touch "$folder/started"; kill -9 $$ ;;
      5) echo 'metalr: error: It cannot be.' >&2; exit 64 ;;
      *) kill -9 $$ ;;
    esac
    """
  }
}
