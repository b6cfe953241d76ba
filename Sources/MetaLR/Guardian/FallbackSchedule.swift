/// A schedule that takes over where the controller is not to be trusted.
///
/// Only its shape is used: the rate changes by the same factor as the schedule does, from whatever rate it has
/// when the schedule takes over. So the rate never jumps at a hand-over, nor when the controller takes back.
public struct FallbackSchedule: Sendable {
  /// Its name, which decisions give as their source.
  public let name: String
  private let shape: @Sendable (_ step: Int, _ stepBudget: Int) -> Double

  /// Creates a fallback.
  ///
  /// - Parameters:
  ///   - name: "cosine".
  ///   - shape: The rate at a step of a run, in any unit; positive before the last step.
  public init(name: String, shape: @escaping @Sendable (_ step: Int, _ stepBudget: Int) -> Double) {
    self.name = name
    self.shape = shape
  }

  /// Holds the rate where it is.
  public static let constant = FallbackSchedule(name: "constant") { _, _ in 1 }

  /// The factor from the rate of the interval that ends at `step` to that of the next; 1 where the schedule gives
  /// nothing usable.
  func scale(at step: Int, interval: Int, stepBudget: Int) -> Double {
    let scale = shape(step, stepBudget) / shape(max(step - interval, 0), stepBudget)
    return scale.isFinite && scale > 0 ? scale : 1
  }
}
