/// The kinds of data that drawn problems have.
///
/// A new family is a file in `Families` and a case with its line in `rule` here.
public enum DrawnFamily: String, CaseIterable, Codable, Sendable {
  /// Each class is a mixture of one to four Gaussians.
  case gaussianMixture
  /// Each class is a sphere around the origin, in two to six of the dimensions.
  case rings
  /// The label tells whether an odd number of a few inputs is positive.
  case parity
  /// Small pictures of random strokes, shifted and noisy.
  case pictures
  /// A random decision tree.
  case tree
  /// Classes sampled from a linear softmax model.
  case linear
  /// Classes cut by rank from a random quadratic form.
  case quadratic
  /// The target is a sum of sine waves.
  case fourierRegression
  /// The target is linear, in half of the problems with a squared term.
  case linearRegression
  /// Held out: the class of the largest output of a random network.
  case teacherNetwork
  /// Held out: arms of a spiral.
  case spirals
  /// Held out: the target is the output of a random network.
  case teacherRegression

  /// Whether the problems are regressions, with no classes.
  public var isRegression: Bool { rule.isRegression }
  /// Whether the family is kept from training.
  public var isHeldOut: Bool { rule.isHeldOut }

  var rule: any ExampleRule.Type {
    switch self {
    case .gaussianMixture: GaussianMixture.self
    case .rings: Rings.self
    case .parity: Parity.self
    case .pictures: Pictures.self
    case .tree: DecisionTree.self
    case .linear: LinearClasses.self
    case .quadratic: QuadraticClasses.self
    case .fourierRegression: FourierRegression.self
    case .linearRegression: LinearRegression.self
    case .teacherNetwork: TeacherNetwork.self
    case .spirals: Spirals.self
    case .teacherRegression: TeacherRegression.self
    }
  }
}
