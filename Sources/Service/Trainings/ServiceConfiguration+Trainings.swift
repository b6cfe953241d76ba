import MetaLR

extension ServiceConfiguration {
  /// How a service trains controllers.
  public struct Trainings: Sendable {
    /// The folder of trainings that are not finished; created when missing.
    public var folder: String
    /// The program of a worker and its first arguments.
    public var worker: [String]
    /// The trainees that a training may name, and their commands; none by default.
    public var trainees: [String: String] = [:]
    /// Whether only administrators may train; false by default.
    public var isForAdministrators = false
    /// Trainings at a time; 1 by default.
    public var slots = 1
    /// Training runs side by side in one training; 1 by default, so that decisions have the other cores.
    public var workers = 1
    /// Trainings of one token that wait or run; 4 by default.
    public var queued = 4
    /// Episodes of one training; 200,000 by default.
    public var episodes = 200_000
    /// Optimizer steps of one episode; 10,000 by default.
    public var steps = 10_000

    /// How often the database is asked for work and told of progress; a second, but in tests.
    var pulse = Duration.seconds(1)

    /// Trainings in a folder, with the documented defaults.
    public init(folder: String, worker: [String]) {
      self.folder = folder
      self.worker = worker
    }

    /// Checks the numbers against their ranges.
    ///
    /// - Throws: `ConfigurationError`.
    func validate() throws(ConfigurationError) {
      for (name, value, most) in [
        ("number of trainings at a time", slots, 64), ("number of workers of a training", workers, 1024),
        ("number of trainings of a token", queued, 10_000), ("number of episodes", episodes, 1_000_000),
        ("number of steps", steps, 1_000_000),
      ] where !(1...most).contains(value) {
        throw ConfigurationError(name: name, value: "\(value)", expected: "a number from 1 to \(most)")
      }
      for name in trainees.keys where !RunRequest.isLabelKey(name) {
        throw ConfigurationError(
          name: "name of a trainee", value: "'\(name)'",
          expected: "1 to 64 letters, digits, '.', '_' and '-'")
      }
    }
  }
}
