import Randomness

/// One picture of the drawn data set: a shape in some place, size, turn and shade, partly hidden, under noise.
///
/// Lengths are in units of 1/28 of the picture's side, so a larger picture shows the same scene more finely.
struct ShapePicture {
  private static let side: Float = 28

  private let kind: ShapeKind
  private let centre: Vector
  private let radius: Float
  /// Rotation as (cosine, sine).
  private let turn: Vector
  /// Stretch of the shape along its own axes.
  private let stretch: Vector
  private let background: [Float]
  private let slope: Vector
  private let foreground: [Float]
  private let bar: Bar
  private let noise: Float

  fileprivate struct Vector {
    var x: Float
    var y: Float
  }

  /// A stroke across the picture that hides what lies below.
  private struct Bar {
    var normal: Vector
    var offset: Float
    var halfWidth: Float
    var shade: [Float]
  }

  /// Draws the scene's numbers from `generator`.
  init(kind: ShapeKind, using generator: inout SeededGenerator) {
    self.kind = kind
    radius = generator.nextFloat(in: 7..<11)
    centre = Vector(x: generator.nextFloat(in: 11.5..<16.5), y: generator.nextFloat(in: 11.5..<16.5))
    turn = generator.nextDirection()
    stretch = Vector(x: generator.nextFloat(in: 0.92..<1.08), y: generator.nextFloat(in: 0.92..<1.08))
    let shade = generator.nextFloat(in: 0.05..<0.35)
    background = generator.nextTint(of: shade)
    foreground = generator.nextTint(of: shade + generator.nextFloat(in: 0.35..<0.65))
    slope = Vector(x: generator.nextFloat(in: -0.008..<0.008), y: generator.nextFloat(in: -0.008..<0.008))
    let normal = generator.nextDirection()
    // The offset is from the picture's middle here, and from its corner in the bar.
    let offset = generator.nextFloat(in: -11..<11) + (normal.x + normal.y) * Self.side / 2
    bar = Bar(
      normal: normal, offset: offset, halfWidth: generator.nextFloat(in: 0.5..<1.3),
      shade: generator.nextTint(of: generator.nextFloat(in: 0..<1)))
    noise = generator.nextFloat(in: 0.02..<0.1)
  }

  /// Writes (channel, row, column) to `pixels`; the noise comes from `generator`.
  ///
  /// Plain numbers instead of SIMD vectors: a debug build, in which tests run, draws twice as fast.
  func render(
    to pixels: UnsafeMutableBufferPointer<UInt8>, shape: PixelShape, using generator: inout SeededGenerator
  ) {
    let scale = Self.side / Float(shape.width)
    for row in 0..<shape.height {
      let y = (Float(row) + 0.5) * scale
      for column in 0..<shape.width {
        let x = (Float(column) + 0.5) * scale
        let inside = Self.coverage(distance(x, y) / scale)
        let hidden = Self.coverage(
          (abs(x * bar.normal.x + y * bar.normal.y - bar.offset) - bar.halfWidth) / scale)
        let light = (x - Self.side / 2) * slope.x + (y - Self.side / 2) * slope.y
        for channel in 0..<shape.channels {
          var shade = background[channel] + light
          shade += (foreground[channel] - shade) * inside
          shade += (bar.shade[channel] - shade) * hidden
          shade += noise * generator.nextNoise()
          pixels[channel * shape.planeSize + row * shape.width + column] = UInt8(
            max(0, min(255, shade * 255)).rounded())
        }
      }
    }
  }

  /// Distance of a point of the picture from the edge of the shape, negative inside.
  private func distance(_ x: Float, _ y: Float) -> Float {
    let right = x - centre.x
    let down = y - centre.y
    let alongX = (right * turn.x + down * turn.y) / (radius * stretch.x)
    let alongY = (down * turn.x - right * turn.y) / (radius * stretch.y)
    return kind.distance(x: alongX, y: alongY) * radius
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
  fileprivate mutating func nextDirection() -> ShapePicture.Vector {
    while true {
      let point = ShapePicture.Vector(x: nextFloat(in: -1..<1), y: nextFloat(in: -1..<1))
      let square = point.x * point.x + point.y * point.y
      if square > 0.01 && square <= 1 {
        return ShapePicture.Vector(x: point.x / square.squareRoot(), y: point.y / square.squareRoot())
      }
    }
  }

  /// A colour near a shade of grey, and exactly that in a grey picture's only channel.
  fileprivate mutating func nextTint(of shade: Float) -> [Float] {
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
