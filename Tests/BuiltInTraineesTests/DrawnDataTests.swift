import BuiltInTrainees
import Foundation
import Testing

@Suite("Examples of drawn problems")
struct DrawnDataTests {
  @Test("Inputs are finite, padding is zero, rows are aligned", arguments: DrawnFamily.allCases)
  func layout(family: DrawnFamily) {
    let data = DrawnData(DrawnExample.problem(family, labelNoise: 0.1, conditioning: 30, imbalance: 1))
    #expect(data.stride == 32 && data.count == 400 + 256 + 1024)
    let isRight = (0..<data.count).allSatisfy { index in
      let row = (0..<data.stride).map { data.row(index)[$0] }
      return row.allSatisfy(\.isFinite) && row[25...].allSatisfy { $0 == 0 }
        && row[..<25].contains { $0 != 0 }
        && Int(bitPattern: data.row(index)) % 64 == 0
    }
    #expect(isRight)
  }

  @Test(
    "Labels are in range and every class comes up",
    arguments: DrawnFamily.allCases.filter { !$0.isRegression })
  func classes(family: DrawnFamily) {
    for seed in 0..<UInt64(5) {
      let data = DrawnData(DrawnExample.problem(family, seed: seed, trainCount: 3000))
      #expect(Set(data.labels.elements) == [0, 1, 2, 3])
      #expect(data.targets.elements.allSatisfy { $0 == 0 })
      #expect(data.chanceLoss == log(4))
    }
  }

  @Test(
    "Targets have mean 0 and variance 1 plus the noise's",
    arguments: DrawnFamily.allCases.filter(\.isRegression))
  func targets(family: DrawnFamily) {
    let clean = DrawnData(DrawnExample.problem(family, trainCount: 3000))
    let targets = clean.targets.elements.map(Double.init)
    let count = Double(targets.count)
    #expect(abs(targets.reduce(0, +) / count) < 1e-4)
    #expect(abs(targets.reduce(0) { $0 + $1 * $1 } / count - 1) < 1e-4)
    #expect(clean.labels.elements.allSatisfy { $0 == 0 })

    let noisy = DrawnData(DrawnExample.problem(family, trainCount: 3000, labelNoise: 0.25))
    let trained = noisy.targets.elements.prefix(3000).map(Double.init)
    #expect(abs(noisy.chanceLoss - trained.reduce(0) { $0 + $1 * $1 } / 6000) < 1e-9)
    #expect(abs(noisy.chanceLoss - 0.5 * (1 + 0.5 * 0.5)) < 0.07)
  }

  @Test("The seed decides the bits", arguments: DrawnFamily.allCases)
  func determinism(family: DrawnFamily) {
    func bits(_ seed: UInt64) -> [UInt32] {
      let data = DrawnData(
        DrawnExample.problem(family, seed: seed, labelNoise: 0.1, conditioning: 5, imbalance: 1))
      let inputs = (0..<data.count * data.stride).map { data.row(0)[$0].bitPattern }
      return inputs + data.labels.elements.map(UInt32.init) + data.targets.elements.map(\.bitPattern)
    }
    #expect(bits(3) == bits(3))
    #expect(bits(3) != bits(4))
  }

  @Test("A share of the labels equal to the noise is replaced")
  func labelNoise() {
    let clean = DrawnData(DrawnExample.problem(.rings, trainCount: 4000))
    let noisy = DrawnData(DrawnExample.problem(.rings, trainCount: 4000, labelNoise: 0.3))
    let changed = zip(clean.labels.elements, noisy.labels.elements).count { $0 != $1 }
    // A quarter of the replaced labels of four classes stay the same.
    #expect(abs(Double(changed) / Double(clean.count) - 0.3 * 0.75) < 0.02)
  }

  @Test("Imbalance bounds the ratio of the classes' shares, and no imbalance makes them equal")
  func imbalance() {
    func ratio(_ imbalance: Double, seed: UInt64) -> Double {
      let data = DrawnData(DrawnExample.problem(.rings, seed: seed, trainCount: 8000, imbalance: imbalance))
      let counts = (0..<Int32(4)).map { label in data.labels.elements.count { $0 == label } }
      return Double(counts.max() ?? 0) / Double(counts.min() ?? 0)
    }
    let ratios = (0..<UInt64(8)).map { ratio(2, seed: $0) }
    #expect(ratio(0, seed: 1) < 1.15)
    #expect(ratios.allSatisfy { $0 < exp(2) * 1.15 } && (ratios.max() ?? 0) > 3)
  }

  @Test("The largest scale of an input over the smallest is close to the conditioning and never above")
  func conditioning() {
    let ratios = (0..<UInt64(12)).map { seed in
      let deviations = DrawnData(DrawnExample.problem(.tree, seed: seed, conditioning: 100)).deviations
      return (deviations.max() ?? 0) / (deviations.min() ?? 0)
    }
    #expect(ratios.allSatisfy { $0 < 115 } && (ratios.max() ?? 0) > 50)
    let even = DrawnData(DrawnExample.problem(.tree)).deviations
    #expect((even.max() ?? 0) / (even.min() ?? 0) < 1.15)
  }

  @Test("Without label noise, the direction of the class means tells two linear classes apart")
  func linear() {
    let accuracies = (0..<UInt64(6)).map { seed in
      meansAccuracy(DrawnData(DrawnExample.problem(.linear, seed: seed, classes: 2, trainCount: 2000)))
    }
    // The difference of two scores has a standard deviation near 3 √2, the noise at most 2 π / √3.
    #expect(accuracies.allSatisfy { $0 > 0.75 } && (accuracies.max() ?? 0) > 0.9)
  }

  @Test("Rings lie at the radii 3 (c + 1) / C, whatever the rotation")
  func rings() {
    let data = DrawnData(DrawnExample.problem(.rings, trainCount: 4000))
    let squares = (0..<Int32(4)).map { label in
      let rows = (0..<data.count).filter { data.labels.pointer[$0] == label }
      return rows.reduce(0.0) { $0 + data.inputs($1).reduce(0) { $0 + $1 * $1 } } / Double(rows.count)
    }
    // Noise adds the same to each class, so that second differences are those of the radii: 1, 4, 9, 16.
    let steps = zip(squares.dropFirst(), squares).map { $0 - $1 }
    #expect(abs(steps[1] / steps[0] - 5 / 3) < 0.25 && abs(steps[2] / steps[0] - 7 / 3) < 0.35)
  }

  @Test("Pictures for a convolution are not rotated: close pixels correlate more than distant ones")
  func pictures() {
    func closeness(_ seed: UInt64, convolutions: Int) -> Double {
      let data = DrawnData(DrawnExample.problem(.pictures, seed: seed, convolutions: convolutions))
      return correlation(data, distance: 1) - correlation(data, distance: 3)
    }
    // The same seed gives the same pictures, so that a difference comes from the rotation.
    let gains = (0..<UInt64(16)).map { closeness($0, convolutions: 1) - closeness($0, convolutions: 0) }
    #expect(gains.count { $0 != 0 } > 4)
    #expect(gains.contains(0) && mean(gains) > 0.02, "\(gains)")
  }

  private func meansAccuracy(_ data: DrawnData) -> Double {
    let rows = (0..<data.count).map(data.inputs)
    var (means, counts) = ([[Double]](repeating: [Double](repeating: 0, count: 25), count: 2), [0.0, 0.0])
    for index in 0..<data.problem.trainCount {
      let label = Int(data.labels.pointer[index])
      counts[label] += 1
      for place in 0..<25 { means[label][place] += rows[index][place] }
    }
    means = zip(means, counts).map { mean, count in mean.map { $0 / count } }
    let right = (data.problem.trainCount..<data.count).count { index in
      var score = 0.0
      for place in 0..<25 {
        let middle = (means[0][place] + means[1][place]) / 2
        score += (means[1][place] - means[0][place]) * (rows[index][place] - middle)
      }
      return (score > 0 ? 1 : 0) == data.labels.pointer[index]
    }
    return Double(right) / Double(data.count - data.problem.trainCount)
  }

  /// The mean absolute correlation of pixels in a row that are `distance` apart.
  private func correlation(_ data: DrawnData, distance: Int) -> Double {
    let rows = (0..<data.count).map(data.inputs)
    var sum = 0.0
    var pairs = 0.0
    for y in 0..<5 {
      for x in 0..<5 - distance {
        let (left, right) = (rows.map { $0[y * 5 + x] }, rows.map { $0[y * 5 + x + distance] })
        let (leftMean, rightMean) = (mean(left), mean(right))
        let covariance = mean(zip(left, right).map { ($0 - leftMean) * ($1 - rightMean) })
        let variances =
          mean(left.map { ($0 - leftMean) * ($0 - leftMean) })
          * mean(right.map { ($0 - rightMean) * ($0 - rightMean) })
        sum += abs(covariance) / variances.squareRoot()
        pairs += 1
      }
    }
    return sum / pairs
  }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
}
