internal import Kernels

/// Images of one tile.
let lanes = Int(kKernelLanes)

/// Turns a model into a ``Plan``: the forward steps, the loss, and for training the backward steps in reverse.
///
/// Steps write in place where nobody needs what was there; gradients of a value that several operations read are
/// summed as they arrive.
struct Planner {
  private let model: Model
  private var phases = [Plan.Phase()]
  private var sizes: [Int] = []
  /// Where each value of the model lies.
  private var activation: [Plan.Storage?]
  /// Where each record of maxima lies, by node.
  private var argmax: [Plan.Storage?]
  /// The sum so far of the gradients of each value.
  private var gradient: [Plan.Storage?]
  /// Gradient storages that stand for two values, so that nothing may overwrite them.
  private var shared: Set<Plan.Storage> = []

  private init(_ model: Model) {
    self.model = model
    activation = model.shapes.map { _ in nil }
    argmax = model.nodes.map { _ in nil }
    gradient = activation
  }

  /// The plan of a training step.
  static func training(_ model: Model) -> Plan {
    var planner = Planner(model)
    let logits = planner.forward(training: true)
    let slope = planner.storage(of: planner.model.shapes.count - 1)
    planner.emit(.loss(logits: logits, gradient: slope))
    planner.gradient[planner.model.shapes.count - 1] = slope
    for node in planner.model.nodes.indices.reversed() { planner.backward(node) }
    return Plan(phases: planner.phases, sizes: planner.sizes)
  }

  /// The plan of a forward pass with running statistics, and its loss.
  static func evaluation(_ model: Model) -> Plan {
    var planner = Planner(model)
    planner.emit(.loss(logits: planner.forward(training: false), gradient: nil))
    return Plan(phases: planner.phases, sizes: planner.sizes)
  }

  private mutating func forward(training: Bool) -> Plan.Storage {
    var logits = storage(of: 0)
    activation[0] = logits
    emit(.gather(to: logits))
    for (index, node) in model.nodes.enumerated() {
      let inputs = node.inputs.map { value($0) }
      let x = inputs[0]
      let output: Plan.Storage
      switch node.operation {
      case .relu, .add:
        output = mayOverwrite(node.inputs[0], training: training) ? x : storage(of: node.output)
      case .dropout: output = x
      default:
        output = storage(of: node.output)
      }
      activation[node.output] = output
      logits = output
      switch node.operation {
      case .convolution: emit(.convolution(node: index, x: x, y: output))
      case .convolutionPool:
        let record = training ? makeRecord(for: index) : nil
        emit(.convolutionPool(node: index, x: x, y: output, argmax: record))
      case .dense: emit(.dense(node: index, x: x, y: output))
      case .maxPool:
        let record = makeRecord(for: index)
        emit(.maxPool(node: index, x: x, y: output, argmax: record))
      case .averagePool: emit(.averagePool(node: index, x: x, y: output))
      case .relu: emit(.relu(x: x, y: output))
      case .add: emit(.add(a: x, b: inputs[1], sum: output))
      case .dropout: if training { emit(.dropout(node: index, x: x)) }
      case .batchNorm:
        if training {
          emit(.batchStatistics(node: index, x: x))
          end(with: .statistics(node: index))
        }
        emit(.normalise(node: index, x: x, addend: inputs.dropFirst().first, y: output))
      }
    }
    return logits
  }

  private mutating func backward(_ index: Int) {
    let node = model.nodes[index]
    guard let dy = gradient[node.output] else { return }
    let input = node.inputs[0]
    let x = value(input)
    switch node.operation {
    case .convolution:
      emit(.convolutionWeightGradient(node: index, x: recomputed(input), dy: dy))
      guard input != 0 else { return }
      let earlier = gradient[input]
      let inPlace = earlier.flatMap { shared.contains($0) ? nil : $0 }
      let dx = inPlace ?? storage(of: input)
      emit(.convolutionInputGradient(node: index, dy: dy, addend: earlier, dx: dx))
      gradient[input] = dx
    case .convolutionPool:
      guard let record = argmax[index] else { return }
      let dx = input == 0 ? nil : storage(of: input)
      let y = value(node.output)
      emit(.convolutionPoolGradient(node: index, x: x, y: y, argmax: record, dy: dy, dx: dx))
      if let dx { receive(dx, for: input) }
    case .dense:
      emit(.denseWeightGradient(node: index, x: x, dy: dy))
      pass(to: input) { .denseInputGradient(node: index, dy: dy, dx: $0) }
    case .maxPool:
      guard let record = argmax[index] else { return }
      pass(to: input) { .maxPoolGradient(node: index, dy: dy, argmax: record, dx: $0) }
    case .averagePool:
      pass(to: input) { .averagePoolGradient(node: index, dy: dy, dx: $0) }
    case .relu:
      let y = value(node.output)
      pass(to: input, over: shared.contains(dy) ? nil : dy) { .reluGradient(y: y, dy: dy, dx: $0) }
    case .batchNorm(let layer):
      var slope = dy
      if layer.hasAddend {
        slope = shared.contains(dy) ? storage(of: node.output) : dy
        emit(.reluGradient(y: value(node.output), dy: dy, dx: slope))
      }
      emit(.batchGradientSums(node: index, x: x, dy: slope))
      end(with: .gradientSums(node: index))
      pass(to: input) { .batchNormGradient(node: index, x: x, dy: slope, dx: $0) }
      for addend in node.inputs.dropFirst() {
        shared.insert(slope)
        receive(slope, for: addend)
      }
    case .add:
      shared.insert(dy)
      for input in node.inputs { receive(dy, for: input) }
    case .dropout:
      // What ReLU's gradient finds at 0 in place of its result has a gradient of 0 already.
      pass(to: input, over: dy) { .dropout(node: index, x: $0) }
    }
  }

  /// A value for the backward pass: normalised values are made once more, from what their normalisation reads.
  ///
  /// The gradient of that normalisation reads it in the same phase anyway, and the value made in the forward pass
  /// need not outlive its phase: it never leaves the cache.
  private mutating func recomputed(_ index: Int) -> Plan.Storage {
    guard let node = model.nodes.firstIndex(where: { $0.output == index }),
      case .batchNorm(let layer) = model.nodes[node].operation, layer.hasReLU, !layer.hasAddend
    else { return value(index) }
    let copy = storage(of: index)
    emit(.normalise(node: node, x: value(model.nodes[node].inputs[0]), addend: nil, y: copy))
    return copy
  }

  /// Emits the step that makes the gradient of a value, except of the images, which need none.
  private mutating func pass(
    to value: Int, over place: Plan.Storage? = nil, step: (Plan.Storage) -> Plan.Step
  ) {
    guard value != 0 else { return }
    let dx = place ?? storage(of: value)
    emit(step(dx))
    receive(dx, for: value)
  }

  /// Adds one reader's gradient of a value to those of its other readers.
  private mutating func receive(_ dx: Plan.Storage, for value: Int) {
    guard value != 0 else { return }
    guard let earlier = gradient[value] else {
      gradient[value] = dx
      return
    }
    let sum = shared.contains(dx) ? storage(of: value) : dx
    emit(.add(a: earlier, b: dx, sum: sum))
    gradient[value] = sum
  }

  /// Whether an elementwise operation may write over the value that it reads.
  ///
  /// Not when another operation reads it too, nor when the backward pass does: the gradient of ReLU needs its
  /// result.
  private func mayOverwrite(_ value: Int, training: Bool) -> Bool {
    guard model.readers(of: value) == 1, let maker = model.maker(of: value) else { return false }
    return switch maker.operation {
    case .relu, .convolutionPool, .batchNorm: !training
    default: true
    }
  }

  private func value(_ index: Int) -> Plan.Storage {
    guard let storage = activation[index] else {
      preconditionFailure("value \(index) is read before it is made")
    }
    return storage
  }

  private mutating func storage(of value: Int) -> Plan.Storage {
    allocate(model.shapes[value].count * lanes)
  }

  /// A record of maxima: one byte for each float of the pooled value.
  private mutating func makeRecord(for node: Int) -> Plan.Storage {
    let record = allocate(model.shapes[model.nodes[node].output].count * lanes / 4)
    argmax[node] = record
    return record
  }

  private mutating func allocate(_ floats: Int) -> Plan.Storage {
    sizes.append(floats)
    return sizes.count - 1
  }

  private mutating func emit(_ step: Plan.Step) { phases[phases.count - 1].steps.append(step) }

  private mutating func end(with barrier: Plan.Barrier) {
    phases[phases.count - 1].barrier = barrier
    phases.append(Plan.Phase())
  }
}
