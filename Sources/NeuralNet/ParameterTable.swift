/// The parameters of a network in one flat buffer: each name and shape is declared once, here.
///
/// Offsets, sizes and checkpoint entries derive from this table. Parameters follow each other without gaps, in
/// the order of declaration; each is row-major in its shape, as PyTorch lays it out.
public struct ParameterTable: Sendable, Equatable {
  /// One parameter: what it is called and which floats of the flat buffer are its own.
  public struct Entry: Sendable, Equatable {
    /// The name in PyTorch's manner, for instance `conv1.weight`.
    public let name: String
    /// The shape, outermost axis first: (out, in) for a dense layer, (out, in, height, width) for a convolution.
    public let shape: [Int]
    /// Where the parameter lies in the flat buffer, in floats.
    public let range: Range<Int>
  }

  /// The parameters in the order of declaration.
  public private(set) var entries: [Entry] = []

  /// Floats of all parameters together.
  public var count: Int { entries.last?.range.upperBound ?? 0 }

  /// A table without parameters.
  public init() {}

  /// Adds a parameter after those declared so far.
  ///
  /// - Parameters:
  ///   - name: A name that the table does not have yet.
  ///   - shape: At least one axis, each positive.
  /// - Returns: Where it lies in the flat buffer, in floats.
  /// - Precondition: The name is new and the shape is positive.
  @discardableResult
  public mutating func declare(_ name: String, shape: [Int]) -> Range<Int> {
    precondition(self[name] == nil, "parameter '\(name)' is declared twice")
    precondition(
      !shape.isEmpty && shape.allSatisfy { $0 > 0 }, "parameter '\(name)' needs positive axes, got \(shape)")
    let range = count..<(count + shape.reduce(1, *))
    entries.append(Entry(name: name, shape: shape, range: range))
    return range
  }

  /// The parameter of this name, or nil where there is none.
  public subscript(name: String) -> Entry? { entries.first { $0.name == name } }
}
