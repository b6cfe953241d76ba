import Foundation

/// How noise is taken out of a sequence of losses.
public enum LossSmoothing: String, CaseIterable, Codable, Sendable {
  /// The mean of all losses before and after, with weights `b^distance`, so that the curve does not lag behind the rate.
  case centred
  /// `a[t] = b a[t-1] + (1-b) x[t]` from `a = 0`, divided by `1 - b^t`, as in Adam (Kingma and Ba, 2014, section 3).
  case unbiased
  /// The same without the division: the first values are far too low.
  case biased
  /// The same average from `a = x[0]`: the first value keeps a large weight.
  case firstValue = "first-value"
  /// No smoothing.
  case none
}

/// Smooths losses as they come; ``LossSmoothing/centred`` as ``LossSmoothing/unbiased``, since what comes is not known yet.
struct LossSmoother {
  private let kind: LossSmoothing
  private let factor: Double
  private var average = 0.0
  private var count = 0

  init(_ kind: LossSmoothing, factor: Double) {
    (self.kind, self.factor) = (kind, factor)
  }

  /// Takes the next loss.
  ///
  /// - Returns: The smoothed loss.
  mutating func add(_ loss: Double) -> Double {
    count += 1
    average = kind == .firstValue && count == 1 ? loss : factor * average + (1 - factor) * loss
    return switch kind {
    case .unbiased, .centred: average / (1 - pow(factor, Double(count)))
    case .biased, .firstValue: average
    case .none: loss
    }
  }
  /// Losses smoothed from both sides: forwards and backwards sums, which share the loss itself.
  static func centred(_ losses: [Double], factor: Double) -> [Double] {
    func sums(_ values: some Sequence<Double>) -> [Double] {
      var sum = 0.0
      return values.map { value in
        sum = factor * sum + value
        return sum
      }
    }
    let ones = losses.map { _ in 1.0 }
    let (before, after) = (sums(losses), sums(losses.reversed()).reversed())
    let (weightBefore, weightAfter) = (sums(ones), sums(ones).reversed())
    return zip(zip(before, after), zip(zip(weightBefore, weightAfter), losses)).map { sums, rest in
      let (weights, loss) = rest
      return (sums.0 + sums.1 - loss) / (weights.0 + weights.1 - 1)
    }
  }
}
