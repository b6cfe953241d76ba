/// The pixels of a picture as learning rates, row by row: `rate = base + (maximum - base) brightness`.
///
/// The picture is resized, its proportions kept, to as many pixels as the run has steps; what is over in the last row
/// is left out. After the last step the last rate stays. An idea of the April post "Image-based learning rates" (Jang
/// and others, 2018), implemented in earnest.
public struct ImageSchedule: Schedule, Equatable {
  /// The rate of black.
  public let baseLearningRate: Double
  /// The rate of white.
  public let maximumLearningRate: Double
  /// The rate of each step.
  private let rates: [Double]

  /// Creates the schedule.
  ///
  /// - Parameters:
  ///   - image: The picture.
  ///   - baseLearningRate: The rate of black, at least 0; 1e-5 by default.
  ///   - maximumLearningRate: The rate of white, not below that of black; 1e-2 by default.
  ///   - totalSteps: Steps of the run, from 1 to 16,777,216.
  /// - Throws: ``ScheduleError`` for a number outside its range.
  public init(
    image: GreyImage, baseLearningRate: Double = 1e-5, maximumLearningRate: Double = 1e-2, totalSteps: Int
  ) throws(ScheduleError) {
    try ScheduleError.checkRate(maximumLearningRate, "maximum rate")
    try ScheduleError.checkEnd(baseLearningRate, "base rate", to: maximumLearningRate, "maximum rate")
    try ScheduleError.checkSteps(totalSteps, "number of steps")
    try ScheduleError.check(
      totalSteps <= GreyImage.mostPixels, "number of steps", totalSteps,
      "at most \(GreyImage.mostPixels), for which a picture has pixels")
    self.baseLearningRate = baseLearningRate
    self.maximumLearningRate = maximumLearningRate
    let proportion = Double(image.width) / Double(image.height)
    let width = min(totalSteps, max(1, Int((Double(totalSteps) * proportion).squareRoot().rounded())))
    let height = (totalSteps + width - 1) / width
    rates = image.resized(width: width, height: height).pixels.prefix(totalSteps).map {
      baseLearningRate + (maximumLearningRate - baseLearningRate) * $0
    }
  }

  /// The rate of the step's pixel.
  public func learningRate(at step: Int) -> Double { rates[min(max(step, 0), rates.count - 1)] }
}
