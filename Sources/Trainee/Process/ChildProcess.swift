import Foundation
import Synchronization

/// A program at work in a process group of its own, with pipes to its standard input, output and error.
///
/// `posix_spawn` rather than Foundation's `Process`: it gives the program a group of its own, needs no run loop, and its
/// end is seen without a signal handler.
final class ChildProcess {
  /// Number of the process, and of its group.
  let id: pid_t
  /// The pipe to its standard input, -1 once closed.
  private(set) var input: Int32
  /// The pipe from its standard output.
  let output: Int32
  /// The pipe from its standard error, -1 once it has ended.
  private(set) var errors: Int32
  private var ending: Ending?
  private static let spawning = NSLock()
  /// Children that have not been reaped, so that their numbers are nobody else's.
  private static let living = Mutex<Set<pid_t>>([])

  /// How a process ended.
  enum Ending: Equatable {
    case status(Int32)
    case signal(Int32)

    var words: String {
      switch self {
      case .status(let code): "ended with exit status \(code)"
      case .signal(let number): "was ended by signal \(number) (\(String(cString: strsignal(number))))"
      }
    }
  }

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - arguments: The program, looked up in `PATH`, and its arguments.
  ///   - environment: Added to this process's environment.
  /// - Throws: The reason why it could not be started.
  init(arguments: [String], environment: [String: String]) throws(SystemError) {
    // One at a time: between the birth of a pipe and its mark, another child would inherit it, and keep it open.
    Self.spawning.lock()
    defer { Self.spawning.unlock() }
    let (inputPipe, outputPipe, errorPipe) = (try Pipe(), try Pipe(), try Pipe())
    id = try Self.spawn(
      arguments, environment, descriptors: [inputPipe.reading, outputPipe.writing, errorPipe.writing])
    _ = Self.living.withLock { [id] in $0.insert(id) }
    (input, output, errors) = (
      inputPipe.takeWriting(), outputPipe.takeReading(), errorPipe.takeReading()
    )
    for descriptor in [input, output, errors] {
      _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }
    #if canImport(Darwin)
      _ = fcntl(input, F_SETNOSIGPIPE, 1)
    #endif
  }

  deinit {
    end(within: 0)
    close(output)
    if errors >= 0 { close(errors) }
  }

  func closeInput() {
    if input >= 0 { close(input) }
    input = -1
  }

  func closeErrors() {
    if errors >= 0 { close(errors) }
    errors = -1
  }

  /// How the process ended, nil while it is alive.
  func checkEnding() -> Ending? {
    if let ending { return ending }
    // Seen but not reaped: as long as the process is not reaped, nobody else's group has its number.
    var information = siginfo_t()
    let seen = waitid(P_PID, id_t(id), &information, WEXITED | WNOHANG | WNOWAIT)
    if seen == 0 && information.si_signo == 0 { return nil }
    kill(-id, SIGKILL)
    _ = Self.living.withLock { $0.remove(id) }
    var status: Int32 = 0
    // Where the parent's parent has SIGCHLD ignored, there is nothing to wait for, and the status is lost.
    if waitpid(id, &status, WNOHANG) != id { status = 0 }
    ending = status & 0x7F == 0 ? .status(status >> 8 & 0xFF) : .signal(status & 0x7F)
    return ending
  }

  /// Closes its input, grants it `grace` seconds to end by itself, then kills its whole group.
  @discardableResult
  func end(within grace: Double) -> Ending? {
    closeInput()
    if let ending = awaitEnding(grace) { return ending }
    kill(-id, SIGKILL)
    // A process stuck in a system call cannot be killed before the call returns: leave it behind.
    return awaitEnding(5)
  }

  /// Kills the groups of all children.
  static func killAll() {
    living.withLock { for id in $0 { kill(-id, SIGKILL) } }
  }

  func awaitEnding(_ seconds: Double) -> Ending? {
    let clock = SuspendingClock()
    let deadline = clock.now + .seconds(seconds)
    var pause: UInt32 = 200
    while true {
      if let ending = checkEnding() { return ending }
      if clock.now >= deadline { return nil }
      usleep(pause)
      pause = min(pause * 2, 20_000)
    }
  }

  private static func spawn(
    _ arguments: [String], _ environment: [String: String], descriptors: [Int32]
  ) throws(SystemError) -> pid_t {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #else
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    for (target, descriptor) in descriptors.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(target))
    }
    // A group of its own, so that its children end with it and Ctrl-C reaches this process alone; signals as a
    // shell would give them.
    var (none, all) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    var argumentPointers = arguments.map { strdup($0) } + [nil]
    var variablePointers =
      variables.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in argumentPointers + variablePointers { free(pointer) } }
    var id: pid_t = 0
    let code = posix_spawnp(
      &id, argumentPointers[0] ?? strdup(""), &actions, &attributes, &argumentPointers, &variablePointers)
    guard code == 0 else { throw SystemError(code: code) }
    return id
  }
}

/// The number of an error of the operating system.
struct SystemError: Error {
  let code: Int32
  var words: String { String(cString: strerror(code)) }
}

/// A pipe whose ends close with it unless they are taken, and which other children do not inherit.
private final class Pipe {
  private(set) var reading: Int32 = -1
  private(set) var writing: Int32 = -1

  init() throws(SystemError) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw SystemError(code: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (reading, writing) = (ends[0], ends[1])
  }

  deinit {
    if reading >= 0 { close(reading) }
    if writing >= 0 { close(writing) }
  }

  func takeReading() -> Int32 {
    defer { reading = -1 }
    return reading
  }

  func takeWriting() -> Int32 {
    defer { writing = -1 }
    return writing
  }
}
