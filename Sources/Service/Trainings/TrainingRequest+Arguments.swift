import Foundation

extension TrainingRequest {
  /// The names of files in the folder of a training.
  enum File {
    static let checkpoint = "controller.ckpt"
    static let problems = "problems.json"
  }

  /// The arguments of `metalr train-controller` for this training in a folder.
  ///
  /// Each option is one word with its value, so that no value is taken for an option.
  func arguments(in folder: String, _ limits: ServiceConfiguration.Trainings) -> [String] {
    var options: [(String, Any?)] = [
      ("output", folder + "/" + File.checkpoint), ("episodes", episodes), ("seed", seed),
      ("optimizer", optimizer), ("preset", preset), ("steps", steps), ("interval", interval),
      ("seeds", seeds ?? 0), ("workers", limits.workers),
    ]
    options.append(("trainee", trainee.flatMap { limits.trainees[$0] }))
    if problems != nil { options.append(("problems", folder + "/" + File.problems)) }
    return options.compactMap { name, value in value.map { "--\(name)=\($0)" } }
  }

  /// Writes the files that the arguments name.
  func prepare(_ folder: String) throws {
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    guard let problems else { return }
    try JSONEncoder().encode(problems).write(to: URL(fileURLWithPath: folder + "/" + File.problems))
  }
}
