/// The answer to looks before the first step.
struct LookAnswer: Encodable, Sendable, Equatable {
  /// The rate of the next trial step; after the last one, the rate to begin with.
  let learningRate: Double
  /// Trial steps that are still asked for.
  let remaining: Int
}
