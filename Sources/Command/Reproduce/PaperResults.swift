/// What tables 1 and 2 of Xu and others (2019) report for LeNet: ten runs, mean (standard deviation) where they give it.
struct PaperResults {
  let learnedLoss: String
  let scheduleLoss: String
  let learnedAccuracy: String
  let scheduleAccuracy: String

  /// Results on the data set that the controller was trained on.
  static func table1(_ dataset: String) -> PaperResults? {
    switch dataset {
    case "fashion":
      PaperResults(
        learnedLoss: "0.2351 (0.0038)", scheduleLoss: "0.2497 (0.0042)", learnedAccuracy: "0.9201",
        scheduleAccuracy: "0.9102")
    case "cifar10":
      PaperResults(
        learnedLoss: "0.9361 (0.0104)", scheduleLoss: "0.9539 (0.0140)", learnedAccuracy: "0.6787",
        scheduleAccuracy: "0.6759")
    default: nil
    }
  }

  /// Results after a move.
  static func table2(from source: String, to target: String) -> PaperResults? {
    guard source == "cifar10", target == "fashion" else { return nil }
    return PaperResults(
      learnedLoss: "0.2598 (0.0071)", scheduleLoss: "0.2730 (0.0031)", learnedAccuracy: "0.9074",
      scheduleAccuracy: "0.9021")
  }

  /// A sentence to stand under a table.
  var text: String {
    "Xu et al. (2019) report test losses of \(learnedLoss) learned and \(scheduleLoss) by the best step decay, "
      + "accuracies of \(learnedAccuracy) and \(scheduleAccuracy)."
  }
}
