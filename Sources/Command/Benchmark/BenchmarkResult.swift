import Reports

/// What `metalr benchmark` found.
struct BenchmarkResult: Encodable {
  let model: String
  let images: String
  let batchSize: Int
  let threads: Int
  let instructionSet: String
  let optimizer: String
  /// Measurements that each median is of.
  let rounds: Int
  /// Bytes of the network's and the optimizer's buffers.
  let memory: Int
  /// Billions of operations a second that all threads together do at most.
  let peakGigaflops: Spread
  let trainStep: Work
  let evaluation: Work

  /// One piece of work.
  struct Work: Encodable {
    let milliseconds: Spread
    /// Operations counted from the model, in billions.
    let gigaOperations: Double
    /// Billions of counted operations a second, at the median.
    let gigaflops: Double
    /// Of the median peak.
    let shareOfPeak: Double

    /// - Parameters:
    ///   - milliseconds: How long it took.
    ///   - multiplyAdds: Multiplications with addition that it consists of.
    ///   - peak: Billions of operations a second that are possible.
    init(milliseconds: Spread, multiplyAdds: Int, peak: Spread) {
      self.milliseconds = milliseconds
      gigaOperations = 2 * Double(multiplyAdds) / 1e9
      gigaflops = gigaOperations / (milliseconds.median / 1e3)
      shareOfPeak = gigaflops / peak.median
    }
  }

  /// A heading and a table for people.
  var text: String {
    var table = TextTable(columns: [
      .init("work", .left), .init("median ms"), .init("quartiles"), .init("fastest"), .init("us an image"),
      .init("GFLOP/s"), .init("of peak"),
    ])
    for (name, work) in [("train step", trainStep), ("forward and loss", evaluation)] {
      let time = work.milliseconds
      table.addRow([
        name, time.median.fixed(2), "\(time.lowerQuartile.fixed(2)) to \(time.upperQuartile.fixed(2))",
        time.smallest.fixed(2), (time.median * 1000 / Double(batchSize)).fixed(2), work.gigaflops.fixed(1),
        "\((100 * work.shareOfPeak).fixed(0))%",
      ])
    }
    return """
      \(model), \(images), batch \(batchSize), \(threads) thread\(threads == 1 ? "" : "s"), \(instructionSet), \
      \((Double(memory) / 1e6).fixed(1)) MB
      peak \(peakGigaflops.median.fixed(0)) GFLOP/s (quartiles \(peakGigaflops.lowerQuartile.fixed(0)) to \
      \(peakGigaflops.upperQuartile.fixed(0)))

      \(table.text)
      """
  }
}
