import Foundation

/// Which numbers of an observation a controller sees, before normalisation.
///
/// Losses, variances and the rate span orders of magnitude, so their natural logarithms are taken; the weights'
/// mean may be negative and is taken as it is.
public enum FeatureSet: String, CaseIterable, Codable, Sendable {
  /// The seven features of Xu et al. (2019), section 3.1.
  case paper
  /// The paper's seven and the training's progress, without which a feed-forward actor cannot tell the beginning
  /// of a run from its end.
  case extended

  /// The features' names, in order.
  public var names: [String] {
    let paper = [
      "log train loss", "log validation loss", "log prediction variance", "log prediction change variance",
      "weight mean", "log weight variance", "log learning rate",
    ]
    return self == .paper ? paper : paper + ["progress"]
  }

  /// How many features there are: 7 or 8.
  public var count: Int { names.count }

  /// The features of an observation, in the order of ``names``.
  ///
  /// Arguments of logarithms are raised to at least 1e-12, so that a variance of zero (predictions at step 0 have
  /// no predecessors) has a finite logarithm.
  public func values(of observation: Observation) -> [Float] {
    func logarithm(_ value: Double) -> Float { Float(log(max(value, 1e-12))) }
    let paper = [
      logarithm(observation.trainLoss), logarithm(observation.validationLoss),
      logarithm(observation.predictionVariance), logarithm(observation.predictionChangeVariance),
      Float(observation.weightMean), logarithm(observation.weightVariance),
      logarithm(observation.learningRate),
    ]
    return self == .paper ? paper : paper + [Float(observation.progress)]
  }

  /// Places of the features that take no part in an imitation of so many teachers.
  ///
  /// All but these: the rate and the progress, which schedules look at, and with several teachers the validation loss, by
  /// which their tasks are told apart. None where there is no progress.
  func unseen(imitating teachers: Int) -> [Int] {
    var seen = ["log learning rate", "progress"]
    if teachers > 1 { seen.append("log validation loss") }
    return self == .paper ? [] : names.indices.filter { !seen.contains(names[$0]) }
  }
}
