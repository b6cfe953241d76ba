import Datasets
import NeuralNet

/// The examples of one step.
struct DrawnBatch {
  let rows: AlignedBuffer<Float>
  let count: Int
  private let data: DrawnData
  private let places: AlignedBuffer<Int32>
  private let labels: AlignedBuffer<Int32>
  private let values: AlignedBuffer<Float>

  init(_ data: DrawnData) {
    self.data = data
    count = data.problem.batchSize
    rows = AlignedBuffer(count: count * data.stride)
    places = AlignedBuffer(count: count)
    labels = AlignedBuffer(count: count)
    values = AlignedBuffer(count: count)
  }

  var targets: RowTargets {
    RowTargets(
      labels: data.problem.classes > 0 ? UnsafePointer(labels.pointer) : nil, values: values.pointer
    )
  }

  func fill(from order: inout BatchOrder) {
    order.fill(places.elements)
    for index in 0..<count {
      let place = Int(places.pointer[index])
      (rows.pointer + index * data.stride).update(from: data.row(place), count: data.stride)
      labels.pointer[index] = data.labels.pointer[place]
      values.pointer[index] = data.targets.pointer[place]
    }
  }
}
