extension Split {
  /// Mean and standard deviation of each channel, in pixel units.
  ///
  /// The sums are whole numbers, hence exact in any order: 255 x 255 x 2^47 pixels fit in 64 bits. A channel
  /// of one value has a standard deviation of 0, and 1 is reported, so that standardisation leaves it at 0.
  func channelStatistics() -> (mean: [Float], standardDeviation: [Float]) {
    let shape = images.shape
    let plane = shape.planeSize
    var sums = [UInt64](repeating: 0, count: shape.channels)
    var squares = sums
    images.pixels.withUnsafeBufferPointer { pixels in
      for index in indices {
        for channel in 0..<shape.channels {
          let start = Int(index) * shape.count + channel * plane
          var sum: UInt64 = 0
          var square: UInt64 = 0
          for position in start..<start + plane {
            let value = UInt64(pixels[position])
            sum &+= value
            square &+= value &* value
          }
          sums[channel] &+= sum
          squares[channel] &+= square
        }
      }
    }
    let count = Double(indices.count * plane)
    let means = sums.map { Double($0) / count }
    let deviations = zip(squares, means).map { square, mean in
      max(Double(square) / count - mean * mean, 0).squareRoot()
    }
    return (means.map { Float($0) }, deviations.map { $0 > 0 ? Float($0) : 1 })
  }
}
