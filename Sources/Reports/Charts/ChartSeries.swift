/// One line of a chart, with an optional band around it.
public struct ChartSeries: Sendable, Equatable {
  /// An interval around each point of a line, such as a 95% interval of a mean.
  public struct Band: Sendable, Equatable {
    /// The lower end at each point.
    public let lower: [Double]
    /// The upper end at each point.
    public let upper: [Double]

    /// Creates a band.
    ///
    /// - Precondition: Both ends have the same number of values.
    public init(lower: [Double], upper: [Double]) {
      precondition(
        lower.count == upper.count, "expected as many lower as upper ends, got \(lower.count), \(upper.count)"
      )
      self.lower = lower
      self.upper = upper
    }
  }

  /// How much a line stands out.
  public enum Emphasis: Int, Sendable, Equatable {
    /// Thin and pale, below all others: a crowd.
    case faint
    /// As the rest.
    case usual
    /// Thick, without dashes, above all others.
    case strong
  }

  /// The name in the legend; lines of the same name share a colour, a dash and one entry.
  public let name: String
  /// Where the points are along the horizontal axis.
  public let x: [Double]
  /// Where the points are along the vertical axis; a value that is not finite breaks the line.
  public let y: [Double]
  /// The interval around the points, if any.
  public let band: Band?
  /// How much the line stands out.
  public let emphasis: Emphasis

  /// Creates a line.
  ///
  /// - Parameters:
  ///   - name: The name in the legend.
  ///   - x: Horizontal places, as a rule increasing.
  ///   - y: Vertical places, as many.
  ///   - band: The interval around each point; none by default.
  ///   - emphasis: How much the line stands out; as the rest by default.
  /// - Precondition: All have the same number of values.
  public init(
    _ name: String, x: [Double], y: [Double], band: Band? = nil, emphasis: Emphasis = .usual
  ) {
    precondition(x.count == y.count, "expected as many x as y, got \(x.count) and \(y.count)")
    precondition(
      band.map { $0.lower.count == x.count } ?? true,
      "expected a band of \(x.count) values, got \(band?.lower.count ?? 0)")
    self.name = name
    self.x = x
    self.y = y
    self.band = band
    self.emphasis = emphasis
  }

  /// Creates a line whose points are the steps 0, 1, 2 and so on.
  ///
  /// - Parameters:
  ///   - name: The name in the legend.
  ///   - y: The value at each step.
  public init(_ name: String, y: [Double]) {
    self.init(name, x: y.indices.map(Double.init), y: y)
  }
}
