/// The p-values of several tests, corrected for their number.
///
/// With the m p-values sorted, the k-th from 0 becomes the largest of `(m - j) p_j` over j up to k, and at most 1.
/// Rejecting what is then below alpha keeps the probability of any wrong rejection below alpha, whatever the tests have
/// to do with each other. Holm (1979, "A Simple Sequentially Rejective Multiple Test Procedure").
///
/// - Parameter pValues: One a test, in [0, 1]; a test without an answer (nil) is not counted.
/// - Returns: The corrected values in the order of the tests.
/// - Precondition: Every p-value is in [0, 1].
public func holmCorrected(_ pValues: [Double?]) -> [Double?] {
  let known = pValues.indices.compactMap { index in pValues[index].map { (index: index, value: $0) } }
  precondition(known.allSatisfy { (0...1).contains($0.value) }, "expected p-values in [0, 1], got \(pValues)")
  // Equal values keep the order of the tests, although it makes no difference to the result.
  let sorted = known.sorted { ($0.value, $0.index) < ($1.value, $1.index) }
  var corrected = [Double?](repeating: nil, count: pValues.count)
  var highest = 0.0
  for (rank, test) in sorted.enumerated() {
    highest = max(highest, min(1, Double(sorted.count - rank) * test.value))
    corrected[test.index] = highest
  }
  return corrected
}
