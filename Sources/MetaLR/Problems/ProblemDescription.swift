/// What a problem is made of, in words and numbers.
public struct ProblemDescription: Codable, Sendable, Equatable {
  /// Name of the data set: "fashion".
  public var dataset: String
  /// A hash of the data set's contents.
  public var datasetHash: String
  /// Images of the training, validation and test splits.
  public var splitSizes: [Int]
  /// Name of the network: "LeNet-5".
  public var model: String
  /// Name of the optimizer: "adam".
  public var optimizer: String
  /// Which average of the weights its runs are judged by too: "polynomial"; nil for none.
  public var averaging: String?
  /// Images of one optimizer step.
  public var batchSize: Int
  /// Length and decisions of its runs; nil where nobody knows.
  public var plan: RunPlan?
  /// The command of a trainee in a process of its own, nil for the built-in one.
  public var command: String?

  /// One line for tables and logs: "fashion, LeNet-5, adam, batch 1000".
  ///
  /// The names may come from another process or a file: control characters are left out.
  public var label: String {
    [dataset, model, optimizer].map(\.printable).filter { !$0.isEmpty }.joined(separator: ", ")
      + (averaging.map { ", \($0.printable) average" } ?? "") + (batchSize > 0 ? ", batch \(batchSize)" : "")
  }

  /// Creates a description.
  public init(
    dataset: String, datasetHash: String, splitSizes: [Int], model: String, optimizer: String,
    averaging: String? = nil,
    batchSize: Int, plan: RunPlan? = nil, command: String? = nil
  ) {
    self.plan = plan
    self.command = command
    self.dataset = dataset
    self.datasetHash = datasetHash
    self.splitSizes = splitSizes
    self.model = model
    self.optimizer = optimizer
    self.averaging = averaging
    self.batchSize = batchSize
  }
}

extension ProblemDescription {
  /// What a trainee in another process says of itself; a hash or name that it does not give is empty.
  ///
  /// - Parameters:
  ///   - hello: What it says.
  ///   - command: By which it is started; nil where nobody knows.
  public init(of hello: TraineeHello, command: String? = nil) {
    self.init(
      dataset: hello.dataset ?? "", datasetHash: hello.datasetHash ?? "", splitSizes: hello.splitSizes ?? [],
      model: hello.model ?? hello.name, optimizer: hello.optimizer ?? "", batchSize: hello.batchSize ?? 0,
      command: command)
  }
}
