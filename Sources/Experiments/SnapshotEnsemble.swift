import Foundation
import MetaLR

/// Networks from the ends of the cycles of one run, and their averaged predictions: Huang and others (2017, arXiv 1704.00109).
public struct SnapshotEnsemble: Codable, Sendable, Equatable {
  /// A network at the end of a cycle.
  public struct Member: Codable, Sendable, Equatable {
    /// Steps done.
    public let step: Int
    /// Loss and accuracy of this network on the test split.
    public let alone: Evaluation
    /// Loss and accuracy of the mean of the probabilities of this network and all before it.
    public let together: Evaluation
  }

  /// The networks, in the order of their steps.
  public private(set) var members: [Member] = []
  /// The sum of the members' probabilities, (image, class).
  private var sums: [Double] = []

  /// An ensemble without members.
  public init() {}

  /// Adds a network.
  ///
  /// - Parameters:
  ///   - step: Steps done.
  ///   - probabilities: Its softmax outputs on the test split, (image, class).
  ///   - labels: The right class of each image.
  /// - Precondition: There are as many probabilities as for the member before, and a whole number for each image.
  public mutating func add(step: Int, probabilities: [Float], labels: [UInt8]) {
    precondition(
      !labels.isEmpty && probabilities.count.isMultiple(of: labels.count)
        && (sums.isEmpty || sums.count == probabilities.count),
      "\(probabilities.count) probabilities for \(labels.count) images, after \(sums.count)")
    if sums.isEmpty { sums = Array(repeating: 0, count: probabilities.count) }
    for index in sums.indices { sums[index] += Double(probabilities[index]) }
    members.append(
      Member(
        step: step, alone: Self.evaluation(of: probabilities.map(Double.init), labels),
        together: Self.evaluation(of: sums.map { $0 / Double(members.count + 1) }, labels)))
  }

  /// The mean of minus the logarithm of the right class's probability, and the share of images whose most probable
  /// class is right; probabilities count as at least 1e-12.
  static func evaluation(of probabilities: [Double], _ labels: [UInt8]) -> Evaluation {
    let classes = probabilities.count / labels.count
    var (loss, correct) = (0.0, 0)
    for (image, label) in labels.enumerated() {
      let row = probabilities[image * classes..<(image + 1) * classes]
      loss -= log(max(row[row.startIndex + Int(label)], 1e-12))
      let best = row.indices.max { row[$0] < row[$1] } ?? row.startIndex
      correct += best - row.startIndex == Int(label) ? 1 : 0
    }
    return Evaluation(loss: loss / Double(labels.count), accuracy: Double(correct) / Double(labels.count))
  }

  private enum CodingKeys: String, CodingKey {
    case members
  }
}
