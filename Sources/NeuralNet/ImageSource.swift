/// Images of bytes with their labels, and how bytes become a network's input; shared, never copied.
///
/// The input is `scale[c] * pixel + shift[c]` in channel c, so a data set stays one byte a pixel.
public struct ImageSource: Sendable {
  /// All images one after the other, each (channel, row, column).
  public let pixels: [UInt8]
  /// The class of every image.
  public let labels: [UInt8]
  /// Factor of each channel.
  public let scale: [Float]
  /// Summand of each channel.
  public let shift: [Float]

  /// Creates a source.
  ///
  /// - Precondition: There are as many shifts as scales, one for each channel.
  public init(pixels: [UInt8], labels: [UInt8], scale: [Float], shift: [Float]) {
    precondition(scale.count == shift.count, "\(scale.count) scales but \(shift.count) shifts")
    self.pixels = pixels
    self.labels = labels
    self.scale = scale
    self.shift = shift
  }

  /// A source whose input is (pixel - mean) / standard deviation in each channel.
  ///
  /// - Precondition: There are as many deviations as means, none of them 0.
  public init(pixels: [UInt8], labels: [UInt8], mean: [Float], standardDeviation: [Float]) {
    precondition(
      mean.count == standardDeviation.count && standardDeviation.allSatisfy { $0 > 0 },
      "\(mean.count) means need as many positive deviations, got \(standardDeviation)")
    self.init(
      pixels: pixels, labels: labels, scale: standardDeviation.map { 1 / $0 },
      shift: zip(mean, standardDeviation).map { -$0 / $1 })
  }
}
