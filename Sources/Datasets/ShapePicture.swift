import Randomness

/// One picture of the drawn data set: a shape in some place, size, turn and shade, partly hidden, under noise.
///
/// Lengths are in units of 1/28 of the picture's side, so a larger picture shows the same scene more finely.
struct ShapePicture {
  private static let side: Float = 28

  private let kind: ShapeKind
  private let centre: SIMD2<Float>
  private let radius: Float
  /// Rotation as (cosine, sine).
  private let turn: SIMD2<Float>
  /// Stretch of the shape along its own axes.
  private let stretch: SIMD2<Float>
  private let background: SIMD3<Float>
  private let slope: SIMD2<Float>
  private let foreground: SIMD3<Float>
  private let bars: [Bar]
  private let noise: Float

  /// A stroke across the picture that hides what lies below.
  private struct Bar {
    var normal: SIMD2<Float>
    var offset: Float
    var halfWidth: Float
    var shade: SIMD3<Float>
  }

  /// Draws the scene's numbers from `generator`.
  init(kind: ShapeKind, using generator: inout SeededGenerator) {
    self.kind = kind
    radius = generator.nextFloat(in: 7..<11)
    centre = [generator.nextFloat(in: 11.5..<16.5), generator.nextFloat(in: 11.5..<16.5)]
    turn = generator.nextDirection()
    stretch = [generator.nextFloat(in: 0.92..<1.08), generator.nextFloat(in: 0.92..<1.08)]
    let shade = generator.nextFloat(in: 0.05..<0.35)
    background = generator.nextTint(of: shade)
    foreground = generator.nextTint(of: shade + generator.nextFloat(in: 0.35..<0.65))
    slope = [generator.nextFloat(in: -0.008..<0.008), generator.nextFloat(in: -0.008..<0.008)]
    bars = (0..<1).map { _ in
      Bar(
        normal: generator.nextDirection(), offset: generator.nextFloat(in: -11..<11),
        halfWidth: generator.nextFloat(in: 0.5..<1.3),
        shade: generator.nextTint(of: generator.nextFloat(in: 0..<1)))
    }
    noise = generator.nextFloat(in: 0.02..<0.1)
  }

  /// Writes (channel, row, column) to `pixels`; the noise comes from `generator`.
  func render(
    to pixels: UnsafeMutableBufferPointer<UInt8>, shape: PixelShape, using generator: inout SeededGenerator
  ) {
    let scale = Self.side / Float(shape.width)
    for row in 0..<shape.height {
      for column in 0..<shape.width {
        let point = SIMD2<Float>(Float(column) + 0.5, Float(row) + 0.5) * scale
        let offset = point - centre
        let (x, y) = (offset.x * turn.x + offset.y * turn.y, offset.y * turn.x - offset.x * turn.y)
        let distance =
          kind.distance(x: x / (radius * stretch.x), y: y / (radius * stretch.y)) * radius
        var colour = background + (slope * (point - Self.side / 2)).sum()
        colour += (foreground - colour) * Self.coverage(distance / scale)
        for bar in bars {
          let across = ((point - Self.side / 2) * bar.normal).sum() - bar.offset
          colour += (bar.shade - colour) * Self.coverage((abs(across) - bar.halfWidth) / scale)
        }
        let position = row * shape.width + column
        for channel in 0..<shape.channels {
          let value = (colour[channel] + noise * generator.nextNoise()) * 255
          pixels[channel * shape.planeSize + position] = UInt8(max(0, min(255, value)).rounded())
        }
      }
    }
  }

  /// Share of a pixel that lies inside an edge at `distance` pixels.
  private static func coverage(_ distance: Float) -> Float {
    max(0, min(1, 0.5 - distance))
  }
}

extension SeededGenerator {
  fileprivate mutating func nextFloat(in range: Range<Float>) -> Float {
    range.lowerBound + (range.upperBound - range.lowerBound) * Float(next() >> 40) * 0x1p-24
  }

  /// A direction drawn evenly, as a vector of length 1: a point of the unit disc, pushed to its edge.
  fileprivate mutating func nextDirection() -> SIMD2<Float> {
    while true {
      let point = SIMD2<Float>(nextFloat(in: -1..<1), nextFloat(in: -1..<1))
      let square = (point * point).sum()
      if square > 0.01 && square <= 1 { return point / square.squareRoot() }
    }
  }

  /// A colour near a shade of grey, and exactly that in a grey picture's only channel.
  fileprivate mutating func nextTint(of shade: Float) -> SIMD3<Float> {
    [shade, shade + nextFloat(in: -0.2..<0.2), shade + nextFloat(in: -0.2..<0.2)]
  }

  /// Nearly normal noise of mean 0 and variance 1: the sum of four 16-bit numbers from one draw.
  fileprivate mutating func nextNoise() -> Float {
    let word = next()
    let sum = (word & 0xFFFF) + (word >> 16 & 0xFFFF) + (word >> 32 & 0xFFFF) + (word >> 48)
    // Four even numbers from [0, 1) have mean 2 and variance 1/3.
    return (Float(sum) * 0x1p-16 - 2) * 1.732_050_8
  }
}
