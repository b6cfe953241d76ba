extension Optimizer {
  /// An optimization method with its constants.
  ///
  /// Each method has a function of its name here, such as ``adam(beta1:beta2:epsilon:)``, with the defaults
  /// of PyTorch or of the paper. In formulas, g is the gradient, a the learning rate, w the weights.
  public struct Configuration: Sendable {
    let rule: any OptimizerRule

    init(_ rule: any OptimizerRule) { self.rule = rule }

    /// Every method with its default constants, in the order in which help texts list them.
    public static let all: [Configuration] = OptimizerRegistry.rules.map(Configuration.init)

    /// The method of this name with its default constants.
    ///
    /// - Parameter name: The name, upper or lower case; `mechanic+adam` is Mechanic around Adam.
    /// - Throws: ``OptimizerError`` when there is none.
    public init(name: String) throws(OptimizerError) {
      let parts = name.lowercased().split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
      guard let match = OptimizerRegistry.rules.first(where: { type(of: $0).name == parts[0] }) else {
        throw .unknownName(name)
      }
      var rule = match
      if parts.count == 2 {
        guard rule.base != nil, !parts[1].contains("+") else { throw .unknownName(name) }
        rule.base = try Self(name: String(parts[1]))
      }
      self.init(rule)
    }

    /// What the method is called on the command line and in checkpoints.
    public var name: String { type(of: rule).name + (rule.base.map { "+\($0.name)" } ?? "") }

    /// The method that this one drives; nil where it stands alone.
    public var base: Configuration? { rule.base }

    /// A constant of a method.
    public struct Constant: Sendable, Equatable {
      /// The name on the command line.
      public let name: String
      /// The value.
      public let value: Double
      /// The value where none is given.
      public let defaultValue: Double
      /// Which values are allowed, in words.
      public let range: String
    }

    /// The constants with their values.
    public var constants: [Constant] {
      zip(rule.constantList, rule.withDefaults.constantList).map {
        Constant(name: $0.name, value: $0.value, defaultValue: $1.value, range: $0.range.description)
      }
    }

    /// Checks that each constant is in its range: a decay in [0, 1), an epsilon positive and finite.
    ///
    /// - Throws: ``OptimizerError`` for the first constant that is not.
    public func validate() throws(OptimizerError) {
      if let base {
        guard base.base == nil, !base.hasEvaluationWeights else {
          throw .badBase(method: type(of: rule).name, base: base.name)
        }
        try base.validate()
      }
      for (constant, _, value, range) in rule.constantList where !range.contains(value) {
        throw .badConstant(
          method: type(of: rule).name, constant: constant, value: value, range: range.description)
      }
    }

    /// A rate that usually does for the method; 1 for those that find their own.
    public var usualLearningRate: Double { rule.usualLearningRate }
    /// Whether the method divides by a running root mean square of the gradient, as Adam does.
    public var isAdaptive: Bool { rule.isAdaptive }
    /// Decay of the method's momentum, 0 without.
    public var momentum: Double { rule.momentum }
    /// Whether the method is evaluated at other weights than those it trains.
    public var hasEvaluationWeights: Bool { type(of: rule).evaluationVector != nil }
  }
}

/// Equal methods have the same name and the same constants.
extension Optimizer.Configuration: Equatable {
  /// Compares name, constants and base.
  public static func == (left: Self, right: Self) -> Bool {
    left.name == right.name && left.constants == right.constants && left.base == right.base
  }
}
