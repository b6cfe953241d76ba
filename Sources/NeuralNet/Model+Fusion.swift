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

  /// The same network with one operation for each batch normalisation that ReLU follows, or an addition and ReLU.
  ///
  /// What is fused must have no other readers. Of two normalised summands the later one takes the other as its
  /// second input.
  func fusingNormalisation() -> Model {
    var fused = nodes
    for (index, node) in nodes.enumerated() {
      guard case .batchNorm(var layer) = node.operation, !layer.hasReLU, readers(of: node.output) == 1,
        let reader = reader(of: node.output)
      else { continue }
      var (last, inputs) = (reader, node.inputs)
      if case .add = reader.operation, readers(of: reader.output) == 1,
        let next = self.reader(of: reader.output)
      {
        let others = reader.inputs.filter { $0 != node.output }
        guard others.count == 1, nodes[..<index].contains(where: { $0.output == others[0] }) else { continue }
        inputs += others
        layer.hasAddend = true
        last = next
      }
      guard case .relu = last.operation else { continue }
      layer.hasReLU = true
      fused.removeAll { [reader.output, last.output].contains($0.output) }
      fused[index] = Node(operation: .batchNorm(layer), inputs: inputs, output: last.output)
      return Model(
        parameters: parameters, statistics: statistics, classes: classes, nodes: fused, shapes: shapes
      ).fusingNormalisation()
    }
    return self
  }

  /// The first operation that reads a value.
  private func reader(of value: Int) -> Node? { nodes.first { $0.inputs.contains(value) } }

  /// How often operations read a value.
  func readers(of value: Int) -> Int {
    nodes.reduce(0) { count, node in count + node.inputs.count { $0 == value } }
  }

  /// The operation that makes a value; nil for the images.
  func maker(of value: Int) -> Node? { nodes.first { $0.output == value } }
}
