/// The data sets that the program knows by name.
public enum DatasetName: String, CaseIterable, Sendable, Codable, CustomStringConvertible {
  /// Drawn by the program itself: see ``ShapesDataset``.
  case shapes
  /// Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017).
  case fashion
  /// CIFAR-10 (Krizhevsky, 2009).
  case cifar10

  /// The name that commands use: "shapes", "fashion", "cifar10".
  public var description: String { rawValue }

  /// The folder inside the data folder that holds the files; "shapes" has none, and gives its name.
  public var folderName: String {
    switch self {
    case .shapes: "shapes"
    case .fashion: "fashion-mnist"
    case .cifar10: "cifar-10-batches-bin"
    }
  }

  /// What the data set is, in one line.
  public var summary: String {
    switch self {
    case .shapes: "Ten kinds of shapes, drawn by the program from a seed"
    case .fashion: "Fashion-MNIST: photographs of clothes in ten classes"
    case .cifar10: "CIFAR-10: photographs of animals and vehicles in ten classes"
    }
  }
}
