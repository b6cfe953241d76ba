/// A schedule as a user writes it on a command line: `cosine:0.01`, `step:0.1,20,0.9`,
/// `linear:0.01,warmup=30`.
///
/// The grammar is `KIND:VALUE,VALUE,...,NAME=VALUE,...`. Values without a name are the parameters of the kind
/// in their order; any parameter may be given by name instead, and those with a default may be left out.
/// Every kind takes `warmup=STEPS` or `warmup=PERCENT%` as well, which puts a ``WarmUpSchedule`` in front;
/// the schedule itself then lasts the steps that remain; `wsd` has a warm-up of its own. Two kinds read other
/// values: `piecewise:0.1,0.01@100,0.001@200` (each rate with the step at which it begins) and `replay:FILE`
/// (all that follows is the path of a CSV file; no warm-up). `image:FILE,BASE,MAXIMUM` has the path of a
/// picture before its numbers.
public struct ScheduleSpecification: Sendable, Equatable, CustomStringConvertible {
  /// What the user wrote.
  public let description: String
  /// The kind of schedule.
  public let kind: ScheduleKind
  /// The file that the schedule is read from, where there is one.
  public var file: String? {
    switch arguments {
    case .file(let path), .picture(let path, _): path
    case .values, .pieces: nil
    }
  }
  /// The warm-up in front, or nothing.
  let warmUp: WarmUp?
  let arguments: Arguments

  enum Arguments: Sendable, Equatable {
    case values([String: Double])
    case pieces(boundaries: [Int], learningRates: [Double])
    case file(String)
    case picture(path: String, values: [String: Double])
  }

  /// Reads a specification.
  ///
  /// Numbers that no schedule could have are found by ``schedule(totalSteps:)``.
  ///
  /// - Parameters:
  ///   - text: A kind, and after a colon its numbers.
  ///   - others: What else is possible where this is read, for the error; nothing by default.
  /// - Throws: ``ScheduleError`` with the kinds or the parameters that are possible.
  public init(parsing text: String, beside others: [String] = []) throws(ScheduleError) {
    let (name, rest) = Self.split(text, at: ":")
    guard let kind = ScheduleKind(rawValue: name) else {
      let kinds = (ScheduleKind.allCases.map(\.rawValue) + others).joined(separator: ", ")
      throw ScheduleError("There is no schedule '\(name)'. Give one of \(kinds).")
    }
    description = text
    self.kind = kind
    if kind == .replay {
      guard let path = rest, !path.isEmpty else { throw kind.usageError("The path of the file is missing.") }
      warmUp = nil
      arguments = .file(path)
      return
    }
    var named: [(name: String, value: String)] = []
    var unnamed: [String] = []
    for item in (rest ?? "").split(separator: ",", omittingEmptySubsequences: rest?.isEmpty ?? true) {
      let (first, second) = Self.split(String(item), at: "=")
      if let second { named.append((first, second)) } else { unnamed.append(first) }
    }
    if kind.takesWarmUp, let index = named.firstIndex(where: { $0.name == "warmup" }) {
      warmUp = try WarmUp(named.remove(at: index).value, of: kind)
    } else {
      warmUp = nil
    }
    switch kind {
    case .piecewise: arguments = try Self.pieces(unnamed, named)
    case .image:
      guard let path = unnamed.first, !path.isEmpty else {
        throw kind.usageError("The path of the picture is missing.")
      }
      arguments = .picture(path: path, values: try Self.values(kind, Array(unnamed.dropFirst()), named))
    default: arguments = .values(try Self.values(kind, unnamed, named))
    }
  }

  /// The schedule for a run.
  ///
  /// - Parameter totalSteps: Steps of the run, warm-up included, at least 1.
  /// - Returns: The schedule, its warm-up in front.
  /// - Throws: ``ScheduleError`` for a number outside its range, a warm-up that leaves no step, or a file
  ///   that cannot be read.
  public func schedule(totalSteps: Int) throws(ScheduleError) -> any Schedule {
    do throws(ScheduleError) {
      let warmUpSteps = try warmUp?.steps(of: totalSteps) ?? 0
      guard warmUpSteps < totalSteps else {
        throw ScheduleError("It warms up for \(warmUpSteps) of \(totalSteps) steps; leave at least one.")
      }
      let base = try kind.schedule(arguments, totalSteps: totalSteps - warmUpSteps)
      return warmUpSteps > 0 ? try WarmUpSchedule(base: base, warmUpSteps: warmUpSteps) : base
    } catch {
      throw ScheduleError("'\(description)': \(error)", file: error.file)
    }
  }

  private static func values(
    _ kind: ScheduleKind, _ unnamed: [String], _ named: [(name: String, value: String)]
  ) throws(ScheduleError) -> [String: Double] {
    let parameters = kind.parameters
    guard unnamed.count <= parameters.count else {
      throw kind.usageError("There are \(unnamed.count) values for \(parameters.count) parameters.")
    }
    var values: [String: Double] = [:]
    for (name, text) in zip(parameters.map(\.name), unnamed).map({ ($0, $1) })
      + named.map({ ($0.name, $0.value) })
    {
      guard let parameter = parameters.first(where: { $0.name == name }) else {
        throw kind.usageError("There is no parameter '\(name)'.")
      }
      guard values[name] == nil else { throw kind.usageError("The parameter '\(name)' is given twice.") }
      values[name] =
        parameter.isWhole ? Double(try kind.wholeNumber(text, name)) : try kind.number(text, name)
    }
    for parameter in parameters where values[parameter.name] == nil {
      guard let value = parameter.defaultValue else {
        throw kind.usageError("The parameter '\(parameter.name)' is missing.")
      }
      values[parameter.name] = value
    }
    return values
  }

  private static func pieces(
    _ unnamed: [String], _ named: [(name: String, value: String)]
  ) throws(ScheduleError) -> Arguments {
    let kind = ScheduleKind.piecewise
    if let extra = named.first { throw kind.usageError("There is no parameter '\(extra.name)'.") }
    var (boundaries, rates): ([Int], [Double]) = ([], [])
    for (index, item) in unnamed.enumerated() {
      let (rate, step) = split(item, at: "@")
      guard (step == nil) == (index == 0) else {
        throw kind.usageError("'\(item)' must \(index == 0 ? "be a rate without a step" : "have a step").")
      }
      rates.append(try kind.number(rate, "rate"))
      if let step { boundaries.append(try kind.wholeNumber(step, "step")) }
    }
    guard !rates.isEmpty else { throw kind.usageError("The first rate is missing.") }
    return .pieces(boundaries: boundaries, learningRates: rates)
  }

  private static func split(_ text: String, at separator: Character) -> (String, String?) {
    guard let index = text.firstIndex(of: separator) else { return (text, nil) }
    return (String(text[..<index]), String(text[text.index(after: index)...]))
  }
}

extension ScheduleSpecification: Codable {
  /// Reads what the user wrote.
  public init(from decoder: any Decoder) throws {
    try self.init(parsing: decoder.singleValueContainer().decode(String.self))
  }

  /// Writes what the user wrote.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
