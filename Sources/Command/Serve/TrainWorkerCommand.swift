#if Service
  import ArgumentParser
  import Files
  import Foundation
  import MetaLR
  import Service
  import Synchronization
  import Training

  /// `metalr train-worker`: does one training for `metalr serve`, and tells it by JSON lines how far it is.
  struct TrainWorkerCommand: ParsableCommand {
    /// What the service calls it by.
    static let name = "train-worker"

    static let configuration = CommandConfiguration(
      commandName: name, abstract: "Train a controller for metalr serve.", shouldDisplay: false)

    @Option(help: ArgumentHelp("The process that it works for, and ends with.", valueName: "pid"))
    var service: Int32

    @Flag(help: "Only say what is wrong with the arguments.")
    var check = false

    @Argument(parsing: .postTerminator, help: "Arguments of train-controller.")
    var arguments: [String] = []

    /// Beneath that of the service, which has decisions to make.
    private static let niceness: Int32 = 10

    func run() throws {
      let command = try TrainController.parse(arguments)
      guard !check else {
        // A trainee's process may take minutes to start; what is wrong with it shows when the training begins.
        if command.trainee.process.command == nil { _ = try command.trainingJob() }
        return
      }
      _ = nice(Self.niceness)
      let interrupt = Interrupt()
      endWithService()
      let job = try command.trainingJob()
      let lock = try lock(URL(fileURLWithPath: job.files.checkpoint).deletingLastPathComponent().path)
      try withExtendedLifetime(lock) { try run(job, workers: command.workers.count, interrupt) }
    }

    private func run(_ job: TrainingJob, workers: Int, _ interrupt: Interrupt) throws {
      let hasState = !TrainingStateStore(folder: job.files.state).isEmpty
      // The service may have been killed between the end of the worker and its own note of it.
      guard hasState || !FileManager.default.fileExists(atPath: job.files.checkpoint) else { return }
      let reporter = WorkerReporter()
      do {
        let outcome = try job.run(
          on: TraineePool(workers: workers), hasState ? .resumed : .fresh,
          shouldStop: { interrupt.isRequested }, onEvent: { reporter.tell($0) })
        reporter.tellAll(outcome.training.state.updates)
      } catch is Interrupted {
        throw interrupt.error(advice: "The service goes on with it.")
      }
    }

    /// Takes the folder; a worker of a service that was killed may still be saving.
    private func lock(_ folder: String) throws -> FolderLock {
      let deadline = ContinuousClock.now + .seconds(30)
      while true {
        do {
          return try FolderLock(folder)
        } catch {
          guard ContinuousClock.now < deadline else { throw error }
          Thread.sleep(forTimeInterval: 0.5)
        }
      }
    }

    /// Asks this process to end once the service has: another one may go on with the training.
    private func endWithService() {
      Thread.detachNewThread { [service] in
        while getppid() == service { Thread.sleep(forTimeInterval: 0.2) }
        kill(getpid(), SIGTERM)
      }
    }
  }

  /// Writes what happens as lines that the service reads.
  private final class WorkerReporter: Sendable {
    private struct State {
      var episodes = 0
      var last: ContinuousClock.Instant?
    }

    private let state = Mutex(State())

    private static let pause = Duration.milliseconds(500)

    func tell(_ event: TrainingJob.Event) {
      state.withLock { state in
        switch event {
        case .began(let done, _, _):
          state.episodes = done
          write(WorkerReport(episodes: done))
        case .episode:
          state.episodes += 1
          if let last = state.last, .now - last < Self.pause { return }
          state.last = .now
          write(WorkerReport(episodes: state.episodes))
        case .updated(let update): write(Self.report(update, episodes: state.episodes))
        case .testing, .tested: break
        }
      }
    }

    /// Tells every update again: a service that was killed may have missed some.
    func tellAll(_ updates: [UpdateRecord]) {
      var episodes = 0
      for update in updates {
        episodes += update.episodeCount
        write(Self.report(update, episodes: episodes))
      }
    }

    private static func report(_ update: UpdateRecord, episodes: Int) -> WorkerReport {
      WorkerReport(
        episodes: episodes,
        update: TrainingUpdate(
          number: update.update, episodes: episodes, meanReturn: update.meanReturn,
          divergedShare: update.divergedShare))
    }

    private func write(_ report: WorkerReport) {
      guard let line = try? JSONEncoder().encode(report) else { return }
      try? StandardOutput.write(String(decoding: line, as: UTF8.self) + "\n")
    }
  }
#endif
