/// The clipped surrogate objective of one step, as a loss.
///
///     loss = -min(ratio * advantage, clamp(ratio, 1 - clipRange, 1 + clipRange) * advantage)
///
/// Schulman et al., 2017, equation 7; Xu et al., 2019, equation 1.
///
/// - Returns: The loss and its derivative by the ratio, which is 0 where the clamped term is the smaller one.
func clippedSurrogate(
  ratio: Float, advantage: Float, clipRange: Float
) -> (loss: Float, derivative: Float) {
  let clamped = min(max(ratio, 1 - clipRange), 1 + clipRange)
  let (surrogate, clipped) = (ratio * advantage, clamped * advantage)
  return surrogate <= clipped ? (-surrogate, -advantage) : (-clipped, 0)
}
