/// One line of the catalogue.
public struct DatasetEntry: Sendable, Equatable {
  /// Whether a data set can be loaded.
  public enum State: String, Sendable, Codable {
    /// The program draws it; nothing need be there.
    case drawn
    /// All files are there; ``DatasetCatalogue/verify(_:)`` looks into them.
    case present
    /// Some files are there.
    case incomplete
    /// No file is there.
    case missing
  }

  /// The name that ``DatasetCatalogue/load(_:splitSeed:drawing:)`` takes; its `summary` says what it is.
  public let name: DatasetName
  /// Size of every image.
  public let shape: PixelShape
  /// Images in the training split.
  public let trainCount: Int
  /// Images in the validation split.
  public let validationCount: Int
  /// Images in the test split.
  public let testCount: Int
  /// Whether it can be loaded.
  public let state: State
}

extension DatasetCatalogue {
  /// Every data set that has a name, with its default sizes and whether it is there.
  public func entries() -> [DatasetEntry] {
    DatasetName.allCases.map { name in
      let drawing = ShapesDataset.Configuration()
      let (shape, train, validation, test) =
        switch name {
        case .shapes: (drawing.shape, drawing.train, drawing.validation, drawing.test)
        case .fashion: (PixelShape(channels: 1, height: 28, width: 28), 50_000, 10_000, 10_000)
        case .cifar10: (CIFARDataset.shape, 40_000, 10_000, 10_000)
        }
      return DatasetEntry(
        name: name, shape: shape, trainCount: train, validationCount: validation, testCount: test,
        state: state(of: name))
    }
  }

  private func state(of name: DatasetName) -> DatasetEntry.State {
    if name == .shapes { return .drawn }
    do {
      _ = try source(of: name)
      return .present
    } catch {
      if case .missing = error { return .missing }
      return .incomplete
    }
  }
}
