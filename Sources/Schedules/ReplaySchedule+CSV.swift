import Foundation

extension ReplaySchedule {
  /// Reads a schedule from comma-separated values.
  ///
  /// The first line names the columns; `step` and `learning_rate` are read and others ignored. Empty lines do not
  /// count.
  ///
  /// - Parameter csv: The text of a file.
  /// - Throws: ``ScheduleError`` naming the line and what is wrong with it.
  public init(csv: String) throws(ScheduleError) {
    let lines = csv.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
      .map { (number: $0 + 1, cells: Self.cells($1)) }
      .filter { $0.cells != [""] }
    guard let head = lines.first?.cells, let stepColumn = head.firstIndex(of: "step"),
      let rateColumn = head.firstIndex(of: "learning_rate")
    else {
      throw ScheduleError(
        "The first line has no columns 'step' and 'learning_rate'. Give a schedule file that metalr has written."
      )
    }
    var (steps, rates): ([Int], [Double]) = ([], [])
    for (number, cells) in lines.dropFirst() {
      guard cells.count == head.count else {
        throw ScheduleError(
          "Line \(number) has \(cells.count) columns, the first line \(head.count). The file may be cut off.")
      }
      guard let step = Int(cells[stepColumn]), let rate = Double(cells[rateColumn]) else {
        throw ScheduleError(
          "Line \(number) has the step '\(cells[stepColumn])' and the rate '\(cells[rateColumn])'; "
            + "give a whole number and a number.")
      }
      try Self.check(step: step, after: steps.last, learningRate: rate, place: "line \(number)")
      steps.append(step)
      rates.append(rate)
    }
    guard !steps.isEmpty else { throw ScheduleError("There are no rates below the first line.") }
    try self.init(steps: steps, learningRates: rates)
  }

  /// The texts between commas, without the spaces and quotation marks around them.
  private static func cells(_ line: Substring) -> [String] {
    line.split(separator: ",", omittingEmptySubsequences: false).map {
      $0.trimmingCharacters(in: CharacterSet(charactersIn: " \t\"\u{FEFF}"))
    }
  }
}
