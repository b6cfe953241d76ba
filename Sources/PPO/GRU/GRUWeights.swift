import NeuralNet

/// The weights of a GRU actor as its passes read them: transposed, padded with zeros to multiples of 16.
///
/// D inputs, E units of the embedding, H cells, O outputs; a tanh layer, the cells, a linear head.
final class GRUWeights: @unchecked Sendable {
  // Unchecked: written by the initializer alone, or by the one pass that gathers a gradient in it.

  /// Padded D, E, 3 H, H, O.
  let inputs, embedding, gates, cells, outputs: Int
  private let layout: GRULayout
  private let buffer: AlignedBuffer<Float>

  /// Where each part lies in the buffer: weights (in, out), biases (out).
  let embeddingWeight, embeddingBias, inputWeight, inputBias, recurrentWeight, recurrentBias, headWeight,
    headBias: UnsafeMutablePointer<Float>

  /// Room for weights, all 0.
  init(_ layout: GRULayout) {
    self.layout = layout
    inputs = RowModel.padded(layout.inputs)
    embedding = RowModel.padded(layout.embedding)
    cells = RowModel.padded(layout.cells)
    gates = 3 * cells
    outputs = RowModel.padded(layout.outputs)
    let sizes = [
      inputs * embedding, embedding, embedding * gates, gates, cells * gates, gates, cells * outputs, outputs,
    ]
    buffer = AlignedBuffer(count: sizes.reduce(0, +))
    var starts: [UnsafeMutablePointer<Float>] = []
    var next = buffer.pointer
    for size in sizes {
      starts.append(next)
      next += size
    }
    embeddingWeight = starts[0]
    embeddingBias = starts[1]
    inputWeight = starts[2]
    inputBias = starts[3]
    recurrentWeight = starts[4]
    recurrentBias = starts[5]
    headWeight = starts[6]
    headBias = starts[7]
  }

  /// The weights of flat parameters.
  convenience init(_ layout: GRULayout, parameters: [Float]) {
    self.init(layout)
    for part in parts {
      part.forEach { packed, flat in part.start[packed] = parameters[flat] }
    }
  }

  /// Adds this, a gradient, to that by the flat parameters.
  func add(to gradient: inout [Float]) {
    for part in parts {
      part.forEach { packed, flat in gradient[flat] += part.start[packed] }
    }
  }

  private var parts: [Part] {
    [
      Part(embeddingWeight, layout.embeddingWeight, columns: embedding),
      Part(embeddingBias, layout.embeddingBias, columns: embedding),
      Part(inputWeight, layout.inputWeight, columns: gates, group: layout.cells, paddedGroup: cells),
      Part(inputBias, layout.inputBias, columns: gates, group: layout.cells, paddedGroup: cells),
      Part(recurrentWeight, layout.recurrentWeight, columns: gates, group: layout.cells, paddedGroup: cells),
      Part(recurrentBias, layout.recurrentBias, columns: gates, group: layout.cells, paddedGroup: cells),
      Part(headWeight, layout.headWeight, columns: outputs),
      Part(headBias, layout.headBias, columns: outputs),
    ]
  }

  /// A matrix or a bias in both layouts.
  private struct Part {
    let start: UnsafeMutablePointer<Float>
    let flat: MatrixView
    let columns: Int
    /// Outputs that lie together: gate by gate, each padded for itself.
    let group, paddedGroup: Int

    init(
      _ start: UnsafeMutablePointer<Float>, _ flat: MatrixView, columns: Int, group: Int? = nil,
      paddedGroup: Int? = nil
    ) {
      self.start = start
      self.flat = flat
      self.columns = columns
      self.group = group ?? flat.rows
      self.paddedGroup = paddedGroup ?? columns
    }

    /// Each number's place in the padded layout and in the flat one.
    func forEach(_ body: (_ packed: Int, _ flat: Int) -> Void) {
      for row in 0..<flat.rows {
        let output = row / group * paddedGroup + row % group
        for column in 0..<flat.columns {
          body(column * columns + output, flat.offset + row * flat.columns + column)
        }
      }
    }
  }
}

/// Where the parts of a GRU actor lie in the flat parameters, rows being outputs; biases are matrices of one column.
struct GRULayout: Sendable, Equatable {
  let inputs, embedding, cells, outputs: Int
  let embeddingWeight, embeddingBias, inputWeight, inputBias, recurrentWeight, recurrentBias, headWeight,
    headBias: MatrixView

  /// Declares the parts in a table.
  init(
    name: String, inputs: Int, embedding: Int, cells: Int, outputName: String, outputs: Int,
    in table: inout ParameterTable
  ) {
    (self.inputs, self.embedding, self.cells, self.outputs) = (inputs, embedding, cells, outputs)
    func declare(_ part: String, _ rows: Int, _ columns: Int? = nil) -> MatrixView {
      let shape = columns.map { [rows, $0] } ?? [rows]
      let range = table.declare("\(name).\(part)", shape: shape)
      return MatrixView(offset: range.lowerBound, rows: rows, columns: columns ?? 1)
    }
    embeddingWeight = declare("embedding.weight", embedding, inputs)
    embeddingBias = declare("embedding.bias", embedding)
    inputWeight = declare("gru.inputWeight", 3 * cells, embedding)
    recurrentWeight = declare("gru.recurrentWeight", 3 * cells, cells)
    inputBias = declare("gru.inputBias", 3 * cells)
    recurrentBias = declare("gru.recurrentBias", 3 * cells)
    headWeight = declare("\(outputName).weight", outputs, cells)
    headBias = declare("\(outputName).bias", outputs)
  }
}
