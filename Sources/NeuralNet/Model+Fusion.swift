internal import Kernels

extension Model {
  /// The same network with one operation for each convolution that ReLU and 2x2 max pooling follow.
  ///
  /// The kernels do the three at once, and never store the unpooled activation. The convolution and ReLU must
  /// have no other readers. Parameters stay where they are.
  func fusingPooling() -> Model {
    var fused = nodes
    for (index, node) in nodes.enumerated() {
      guard case .maxPool(let pool) = node.operation, pool.size == 2, pool.stride == 2, pool.padding == 0,
        let relu = maker(of: node.inputs[0]), case .relu = relu.operation, readers(of: relu.output) == 1,
        let source = maker(of: relu.inputs[0]), case .convolution(let layer) = source.operation,
        readers(of: source.output) == 1
      else { continue }
      fused[index] = Node(operation: .convolutionPool(layer), inputs: source.inputs, output: node.output)
      fused.removeAll { $0.output == relu.output || $0.output == source.output }
      return Model(
        parameters: parameters, statistics: statistics, classes: classes, nodes: fused, shapes: shapes
      ).fusingPooling()
    }
    return self
  }

  /// How often operations read a value.
  func readers(of value: Int) -> Int {
    nodes.reduce(0) { count, node in count + node.inputs.count { $0 == value } }
  }

  /// The operation that makes a value; nil for the images.
  func maker(of value: Int) -> Node? { nodes.first { $0.output == value } }
}
