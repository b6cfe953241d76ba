/// Where runs of a controller begin on each problem of a suite, in multiples of the optimizer's usual rate.
public enum SuiteInitialRates {
  /// Rates that a user might guess.
  public static let good = [1, 3.162, 10]
  /// Far too low, too low, far too high.
  public static let bad = [0.001, 0.0316, 56.2]
}
