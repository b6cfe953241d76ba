extension Optimizer {
  /// An optimization method with its constants; the defaults are PyTorch's.
  ///
  /// g is the gradient, a the learning rate, p a parameter.
  public enum Configuration: Sendable, Equatable, Codable {
    /// Gradient descent: p -= a g.
    case sgd
    /// Momentum (Polyak, 1964): v = m v + g, p -= a v; m in [0, 1).
    case momentum(_ momentum: Float = 0.9)
    /// Nesterov's momentum in the form of Sutskever et al. (2013): v = m v + g, p -= a (g + m v).
    case nesterov(_ momentum: Float = 0.9)
    /// Adam (Kingma and Ba, 2015, algorithm 1), with epsilon beside the corrected root.
    case adam(beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8)
    /// Adagrad (Duchi et al., 2011): s += g², p -= a g / (√s + epsilon).
    case adagrad(epsilon: Float = 1e-10)
    /// Adadelta (Zeiler, 2012, algorithm 1), its step times a.
    case adadelta(rho: Float = 0.9, epsilon: Float = 1e-6)
    /// RMSProp (Tieleman and Hinton, 2012): s = alpha s + (1 - alpha) g², p -= a g / (√s + epsilon).
    case rmsprop(alpha: Float = 0.99, epsilon: Float = 1e-8)

    /// Every method with its default constants, in the order in which help texts list them.
    public static let all: [Configuration] = [
      .sgd, .momentum(), .nesterov(), .adam(), .adagrad(), .adadelta(), .rmsprop(),
    ]

    /// The method of this name with its default constants.
    ///
    /// - Throws: ``OptimizerError`` when there is none.
    public init(name: String) throws(OptimizerError) {
      guard let match = Self.all.first(where: { $0.name == name.lowercased() }) else {
        throw .unknownName(name)
      }
      self = match
    }

    /// What the method is called on the command line and in checkpoints.
    public var name: String {
      switch self {
      case .sgd: "sgd"
      case .momentum: "momentum"
      case .nesterov: "nesterov"
      case .adam: "adam"
      case .adagrad: "adagrad"
      case .adadelta: "adadelta"
      case .rmsprop: "rmsprop"
      }
    }

    /// Checks that each decay is in [0, 1) and each epsilon is positive and finite.
    ///
    /// - Throws: ``OptimizerError`` for the first constant that is not.
    public func validate() throws(OptimizerError) {
      for (constant, value) in decays where !(0..<1).contains(value) {
        throw .badConstant(method: name, constant: constant, value: value, range: "in [0, 1)")
      }
      if let epsilon, !(epsilon > 0 && epsilon.isFinite) {
        throw .badConstant(method: name, constant: "epsilon", value: epsilon, range: "positive and finite")
      }
    }

    private var decays: [(String, Float)] {
      switch self {
      case .sgd, .adagrad: []
      case .momentum(let momentum), .nesterov(let momentum): [("momentum", momentum)]
      case .adam(let beta1, let beta2, _): [("beta1", beta1), ("beta2", beta2)]
      case .adadelta(let rho, _): [("rho", rho)]
      case .rmsprop(let alpha, _): [("alpha", alpha)]
      }
    }

    private var epsilon: Float? {
      switch self {
      case .sgd, .momentum, .nesterov: nil
      case .adam(_, _, let epsilon), .adagrad(let epsilon), .adadelta(_, let epsilon),
        .rmsprop(_, let epsilon):
        epsilon
      }
    }

    var slotCount: Int {
      switch self {
      case .sgd, .momentum, .nesterov, .adagrad, .rmsprop: 1
      case .adam, .adadelta: 2
      }
    }
  }
}

/// An optimizer that was asked for something it cannot be.
public enum OptimizerError: Error, Sendable, Equatable, CustomStringConvertible {
  /// There is no method of this name.
  case unknownName(String)
  /// A constant is out of range.
  case badConstant(method: String, constant: String, value: Float, range: String)
  /// A saved state does not fit; counts are floats in each buffer.
  case mismatchedState(method: String, expected: [Int], found: [Int])

  /// What is wrong, with which, and the remedy.
  public var description: String {
    switch self {
    case .unknownName(let name):
      let names = Optimizer.Configuration.all.map(\.name).joined(separator: ", ")
      return "There is no optimizer '\(name)'. Choose one of: \(names)."
    case .badConstant(let method, let constant, let value, let range):
      return "The \(constant) of optimizer '\(method)' is \(value). Choose one that is \(range)."
    case .mismatchedState(let method, let expected, let found):
      return "The saved state of optimizer '\(method)' has buffers of \(found) floats; this network needs "
        + "\(expected). Restore it with the model and the optimizer that it was saved from."
    }
  }
}
