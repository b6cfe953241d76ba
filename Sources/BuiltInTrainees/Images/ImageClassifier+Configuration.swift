import NeuralNet
import Trainee

extension ImageClassifier {
  /// What the trainee is.
  ///
  /// The defaults are those of Xu et al. (2019), section 4.
  public struct Configuration: Sendable, Equatable {
    /// The network; LeNet-5 by default.
    public var model: ModelSpecification
    /// The optimizer whose rate is controlled; Adam by default.
    public var optimizer: Optimizer.Configuration
    /// Which average of the weights is a second candidate at each observation; none by default.
    public var averaging: WeightAveraging
    /// Images of one step, from 1 to 100,000; 1,000 by default.
    public var batchSize: Int
    /// Threads of this one trainee, at least 1; 1 by default, because trainees side by side scale better.
    public var threads: Int
    /// Which kernels run; nil, the default, is the environment's choice or else the fastest.
    public var instructionSet: InstructionSet?

    /// More images than the built-in data sets have; a step of LeNet-5 on as many takes some 4 s.
    static let largestBatch = 100_000

    /// Creates a configuration; the properties document each default.
    public init(
      model: ModelSpecification = .leNet, optimizer: Optimizer.Configuration = .adam(), batchSize: Int = 1000,
      threads: Int = 1, instructionSet: InstructionSet? = nil, averaging: WeightAveraging = .none
    ) {
      self.model = model
      self.optimizer = optimizer
      self.averaging = averaging
      self.batchSize = batchSize
      self.threads = threads
      self.instructionSet = instructionSet
    }

    /// Checks every number.
    ///
    /// - Throws: `TraineeError` or `OptimizerError` for the first that is impossible.
    public func validate() throws {
      guard batchSize > 0 else {
        throw TraineeError("A batch of \(batchSize) images is impossible. Choose a batch size of at least 1.")
      }
      guard batchSize <= Self.largestBatch else {
        throw TraineeError(
          "A step of \(batchSize) images takes minutes, in which nothing can stop it. Choose a batch size of at most "
            + "\(Self.largestBatch).")
      }
      guard threads > 0 else {
        throw TraineeError("A trainee cannot run on \(threads) threads. Choose at least 1.")
      }
      if let instructionSet, !instructionSet.isAvailable {
        throw InstructionSetError(name: instructionSet.rawValue)
      }
      try optimizer.validate()
      try averaging.validate()
    }
  }
}
