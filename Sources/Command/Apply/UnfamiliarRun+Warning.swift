import MetaLR

extension UnfamiliarRun {
  /// A line for standard error; nil where nothing differs.
  func warning(_ card: ControllerCard) -> String? {
    guard !differences.isEmpty else { return nil }
    let remedy =
      card.drivenOptimizer.map { "Give --optimizer \($0), or use the controller 'universal'." }
      ?? "Its rates may not suit this run. Give --rate-scale; the controller 'universal' is for any training."
    return "metalr: warning: The controller was not trained for this run: "
      + "\(differences.joined(separator: "; ")). \(remedy)\n"
  }
}
