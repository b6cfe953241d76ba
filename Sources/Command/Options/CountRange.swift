import ArgumentParser

/// Checks a count that a user gave; the upper bound keeps a slip from becoming a list that no memory holds.
///
/// - Throws: `ValidationError` that names the option.
func validateCount(_ name: String, _ count: Int?, from lowest: Int = 1) throws {
  let highest = 1_000_000
  guard let count, !(lowest...highest).contains(count) else { return }
  throw ValidationError("\(name) is \(count); give a whole number from \(lowest) to \(highest).")
}
