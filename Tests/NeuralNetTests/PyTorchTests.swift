import NeuralNet
import Testing

@Suite("Networks against PyTorch")
struct PyTorchTests {
  let reference: Reference

  init() throws { reference = try Reference.load() }

  @Test("Names and shapes of parameters are PyTorch's", arguments: [0, 1, 2])
  func parameterNames(model: Int) throws {
    let expected = reference.models[model]
    let entries = try expected.model().parameters.entries
    #expect(entries.map(\.name) == expected.parameters.map(\.name))
    #expect(entries.map(\.shape) == expected.parameters.map(\.shape))
  }

  @Test("Gradients have PyTorch's sums and norms", arguments: [0, 1, 2], InstructionSet.available)
  func gradients(model: Int, instructionSet: InstructionSet) throws {
    let expected = reference.models[model]
    let network = try expected.network(instructionSet: instructionSet)
    _ = network.lossAndGradient(expected.images(), indices: (0..<Int32(expected.batch)).map { $0 })
    for (entry, parameter) in zip(network.model.parameters.entries, expected.parameters) {
      let gradient = network.gradient.elements[entry.range].map(Double.init)
      let norm = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(isClose(norm, parameter.norm, relative: 1e-4), "norm of \(entry.name)")
      // A sum of signed numbers may be near 0: its error is relative to what the numbers could add up to.
      let scale = parameter.norm * Double(entry.range.count).squareRoot()
      #expect(abs(gradient.reduce(0, +) - parameter.sum) <= 1e-5 * scale, "sum of \(entry.name)")
    }
  }

  @Test("Ten steps have PyTorch's losses", arguments: [0, 1, 2])
  func lossCurves(model: Int) throws {
    let expected = reference.models[model]
    for curve in expected.curves {
      let (losses, evaluation) = try expected.train(expected.network(), curve)
      for (step, (loss, other)) in zip(losses, curve.losses).enumerated() {
        #expect(isClose(loss, other, relative: 1e-4), "\(curve.optimizer), step \(step)")
      }
      #expect(isClose(evaluation, curve.evaluation, relative: 1e-4), "\(curve.optimizer), evaluation")
    }
  }

  @Test("Ten steps have close losses on every instruction set", arguments: InstructionSet.available)
  func instructionSets(instructionSet: InstructionSet) throws {
    for expected in reference.models {
      let curve = expected.curves[1]
      let losses = try expected.train(expected.network(instructionSet: instructionSet), curve).losses
      for (loss, other) in zip(losses, curve.losses) { #expect(isClose(loss, other, relative: 1e-4)) }
    }
  }

  @Test("Optimizers take PyTorch's steps, over buffers and over arrays", arguments: InstructionSet.available)
  func optimizers(instructionSet: InstructionSet) throws {
    #expect(
      reference.optimizers.map(\.name)
        == ["sgd", "momentum", "nesterov", "adam", "adagrad", "adadelta", "rmsprop"])
    for expected in reference.optimizers {
      let configuration = try Optimizer.Configuration(name: expected.name)
      let optimizer = Optimizer(configuration, count: 10, instructionSet: instructionSet)
      let twin = Optimizer(configuration, count: 10, instructionSet: instructionSet)
      var generator = LinearCongruentialGenerator(state: 3)
      let buffer = AlignedBuffer<Float>(count: 10)
      let slopes = AlignedBuffer<Float>(count: 10)
      var array = generator.values(10, bound: 1)
      buffer.assign(array)
      for values in expected.values {
        let gradient = generator.values(10, bound: 1)
        slopes.assign(gradient)
        optimizer.step(parameters: buffer, gradient: slopes, learningRate: 0.01)
        twin.step(parameters: &array, gradient: gradient, learningRate: 0.01)
        #expect(array == Array(buffer.elements))
        for (value, other) in zip(array, values) {
          #expect(abs(value - other) <= 2e-6 * max(abs(other), 0.1), "\(expected.name)")
        }
      }
    }
  }
}
