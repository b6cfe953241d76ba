/// A complete decision tree of depth two to five over normal inputs, deep enough that each class has a leaf.
enum DecisionTree: ExampleRule {
  static func fill(_ sheet: ExampleSheet, using random: inout DrawnRandom) {
    sheet.fillWithNormals(using: &random)
    let depth = max(2 + random.index(below: 4), Int.bitWidth - (sheet.classes - 1).leadingZeroBitCount)
    let leaves = 1 << depth
    // Nodes 1..<leaves in the order of a binary heap; the leaves follow.
    let features = (0..<leaves).map { _ in random.index(below: sheet.inputs) }
    let thresholds = random.normals(leaves, scale: 0.5)
    let labels = (0..<leaves).map { $0 < sheet.classes ? $0 : sheet.shares.sample(using: &random) }
    for index in 0..<sheet.count {
      let row = sheet.row(index)
      var node = 1
      while node < leaves { node = 2 * node + (row[features[node]] > thresholds[node] ? 1 : 0) }
      sheet.labels[index] = Int32(labels[node - leaves])
    }
  }
}
