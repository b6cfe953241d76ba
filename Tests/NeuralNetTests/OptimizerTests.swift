import Foundation
import NeuralNet
import Testing

@Suite("Optimizers")
struct OptimizerTests {
  @Test("The JSON of the first seven methods is as it always was")
  func json() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let expected = [
      #"{"sgd":{}}"#, #"{"momentum":{"_0":0.9}}"#, #"{"nesterov":{"_0":0.9}}"#,
      #"{"adam":{"beta1":0.9,"beta2":0.999,"epsilon":1e-08}}"#, #"{"adagrad":{"epsilon":1e-10}}"#,
      #"{"adadelta":{"epsilon":1e-06,"rho":0.9}}"#, #"{"rmsprop":{"alpha":0.99,"epsilon":1e-08}}"#,
    ]
    for (configuration, text) in zip(Optimizer.Configuration.all, expected) {
      #expect(String(decoding: try encoder.encode(configuration), as: UTF8.self) == text)
    }
    for configuration in Optimizer.Configuration.all {
      let data = try encoder.encode(configuration)
      #expect(try JSONDecoder().decode(Optimizer.Configuration.self, from: data) == configuration)
    }
  }

  @Test(
    "JSON with an unknown method or constant is refused",
    arguments: [
      #"{"adm":{}}"#, #"{"adam":{"beta3":0.9}}"#, #"{"adam":{},"sgd":{}}"#, "{}",
    ])
  func unknownJSON(text: String) {
    #expect(throws: (any Error).self) {
      try JSONDecoder().decode(Optimizer.Configuration.self, from: Data(text.utf8))
    }
  }

  @Test("Constants are read from text, and written back")
  func parsing() throws {
    let configuration = try Optimizer.Configuration(parsing: "schedule-free-adamw:beta=0.95,beta2=0.99")
    #expect(configuration == .scheduleFreeAdamW(beta: 0.95, beta2: 0.99))
    #expect(configuration.description == "schedule-free-adamw:beta=0.95,beta2=0.99")
    #expect(try Optimizer.Configuration(parsing: "Adam") == .adam())
    #expect(Optimizer.Configuration.adamW().description == "adamw")
  }

  @Test(
    "Text that is no optimizer is refused with a sentence",
    arguments: [
      ("adm", "There is no optimizer 'adm'"),
      ("adamw:dekay=0.1", "Optimizer 'adamw' has no constant 'dekay'. It has: beta1, beta2, epsilon, decay."),
      ("sgd:momentum=0.9", "Optimizer 'sgd' has no constants; leave out 'momentum'."),
      ("adamw:decay", "'decay' is no constant of optimizer 'adamw'."),
      ("adamw:decay=much", "'decay=much' is no constant"), ("adamw:", "'' is no constant"),
      ("adam:beta1=0.9,beta1=0.8", "'beta1=0.8' is no constant"),
      ("adamw:decay=-1", "The decay of optimizer 'adamw' is -1.0. Choose one that is at least 0 and finite."),
      ("adam:beta1=1", "Choose one that is in [0, 1)."),
      // What single precision makes of them divides zero by zero, or infinity by infinity.
      ("adam:beta2=0.999999999", "Choose one that is in [0, 1)."),
      ("adam:epsilon=1e-300", "positive and finite"), ("dowg:epsilon=0", "positive and finite"),
      ("adamw:decay=1e300", "at least 0 and finite"),
      // 3^788 is infinite, and infinity over infinity the share of a step.
      ("schedule-free-adamw:power=788", "Choose one that is from 0 to 16."),
    ])
  func refusals(text: String, sentence: String) {
    #expect { try Optimizer.Configuration(parsing: text) } throws: { "\($0)".contains(sentence) }
  }

  @Test("States of before there were scalars are read")
  func oldState() throws {
    let old = Data(#"{"step":2,"slots":[[1,2],[3,4]]}"#.utf8)
    let state = try JSONDecoder().decode(Optimizer.State.self, from: old)
    #expect(state == Optimizer.State(step: 2, slots: [[1, 2], [3, 4]]))
    try Optimizer(.adam(), count: 2).restore(state)
    #expect(throws: OptimizerError.self) { try Optimizer(.scheduleFreeAdamW(), count: 2).restore(state) }
    #expect(!String(decoding: try JSONEncoder().encode(state), as: UTF8.self).contains("scalars"))
  }

  @Test("A restored optimizer goes on with the same bits", arguments: Optimizer.Configuration.all)
  func continuation(configuration: Optimizer.Configuration) throws {
    let (optimizer, twin) = (Optimizer(configuration, count: 5), Optimizer(configuration, count: 5))
    var generator = LinearCongruentialGenerator(state: 7)
    let weights = AlignedBuffer<Float>(count: 5)
    let gradient = AlignedBuffer<Float>(count: 5)
    weights.assign(generator.values(5, bound: 1))
    optimizer.begin(weights)
    func steps(_ optimizer: Optimizer, _ generator: inout LinearCongruentialGenerator, rate: Double) {
      for step in 1...3 {
        gradient.assign(generator.values(5, bound: 1))
        optimizer.step(parameters: weights, gradient: gradient, learningRate: rate / Double(step))
      }
    }
    steps(optimizer, &generator, rate: 0.1)
    let (saved, savedWeights, savedGenerator) = (optimizer.state, Array(weights.elements), generator)
    steps(optimizer, &generator, rate: 0.05)
    let expected = (Array(weights.elements), optimizer.state)
    try twin.restore(JSONDecoder().decode(Optimizer.State.self, from: JSONEncoder().encode(saved)))
    weights.assign(savedWeights)
    generator = savedGenerator
    steps(twin, &generator, rate: 0.05)
    #expect(Array(weights.elements) == expected.0 && twin.state == expected.1)
    #expect(
      twin.evaluationWeights.map { Array($0.elements) }
        == optimizer.evaluationWeights.map { Array($0.elements) })
  }

  @Test(
    "AdamW without decay is Adam, and with it weights shrink by rate times decay",
    arguments: InstructionSet.available)
  func decoupledDecay(set: InstructionSet) {
    var (adam, plain, decayed): ([Float], [Float], [Float]) = ([1, -2], [1, -2], [1, -2])
    for (configuration, path) in [
      (Optimizer.Configuration.adam(), 0), (.adamW(decay: 0), 1), (.adamW(decay: 0.5), 2),
    ] {
      let optimizer = Optimizer(configuration, count: 2, instructionSet: set)
      var weights: [Float] = [1, -2]
      optimizer.step(parameters: &weights, gradient: [3, -0.01], learningRate: 0.1)
      switch path {
      case 0: adam = weights
      case 1: plain = weights
      default: decayed = weights
      }
    }
    for place in 0..<2 {
      #expect(abs(adam[place] - plain[place]) < 1e-6)
      #expect(abs(decayed[place] - (adam[place] - 0.05 * [1, -2][place])) < 1e-6)
    }
  }

  @Test("Schedule-free steps by hand: two steps on one weight")
  func scheduleFree() {
    let optimizer = Optimizer(.scheduleFreeAdamW(), count: 1)
    let (weights, gradient) = (AlignedBuffer<Float>(count: 1), AlignedBuffer<Float>(count: 1))
    weights.elements[0] = 1
    #expect(optimizer.evaluationWeights == nil)
    optimizer.begin(weights)
    #expect(optimizer.evaluationWeights?.elements[0] == 1)
    // The first step moves by the rate: z = x = y = 0.9; the share of the first z is 1.
    gradient.elements[0] = 2
    optimizer.step(parameters: weights, gradient: gradient, learningRate: 0.1)
    #expect(abs(weights.elements[0] - 0.9) < 1e-6)
    // v̂ = (0.999 · 0.004 + 0.001) / 0.001999; z falls by 0.1 / √v̂; the share is 0.01 / 0.02.
    gradient.elements[0] = 1
    optimizer.step(parameters: weights, gradient: gradient, learningRate: 0.1)
    let square = (0.999 * 0.004 + 0.001) / 0.001999
    let z = 0.9 - 0.1 / square.squareRoot()
    let average = (0.9 + z) / 2
    #expect(abs(Double(optimizer.evaluationWeights?.elements[0] ?? 0) - average) < 1e-6)
    #expect(abs(Double(weights.elements[0]) - (0.1 * z + 0.9 * average)) < 1e-6)
  }

  @Test("A method around another one is read, written and checked")
  func bases() throws {
    let text = "mechanic:s0=1e-05+adam:beta1=0.8"
    let configuration = try Optimizer.Configuration(parsing: text)
    #expect(configuration == .mechanic(.adam(beta1: 0.8), initialScale: 1e-5))
    #expect(configuration.description == text && configuration.name == "mechanic+adam")
    #expect(try Optimizer.Configuration(parsing: "mechanic:s0=1e+0") == .mechanic(initialScale: 1))
    #expect(try Optimizer.Configuration(name: "Hypergradient+SGD") == .hypergradient(.sgd))
    #expect(throws: OptimizerError.unknownName("adam+sgd")) {
      try Optimizer.Configuration(parsing: "adam+sgd")
    }
    for base in ["schedule-free-sgd", "mechanic"] {
      #expect { try Optimizer.Configuration(parsing: "hypergradient+\(base)") } throws: {
        "\($0)".contains("'hypergradient' cannot drive '\(base)")
      }
    }
    #expect(throws: OptimizerError.self) { try Optimizer.Configuration(parsing: "mechanic+adam:beta1=2") }
    let long = Array(repeating: "mechanic", count: 100_000).joined(separator: "+")
    #expect(throws: OptimizerError.self) { try Optimizer.Configuration(parsing: long) }
    #expect(throws: OptimizerError.self) { try Optimizer.Configuration(name: long) }
    let data = try JSONEncoder().encode(configuration)
    #expect(try JSONDecoder().decode(Optimizer.Configuration.self, from: data) == configuration)
  }

  @Test("Hypergradients move the rate, and tell it")
  func ownRate() {
    let optimizer = Optimizer(.hypergradient(.sgd, beta: 0.5), count: 1)
    var weights: [Float] = [0]
    #expect(optimizer.ownRate == nil && Optimizer(.adam(), count: 1).ownRate == nil)
    optimizer.step(parameters: &weights, gradient: [2], learningRate: 0.25)
    #expect(optimizer.ownRate == 0.25 && weights == [-0.5])
    // 0.25 + 0.5 · 1 · 2; the rate given plays no part.
    optimizer.step(parameters: &weights, gradient: [1], learningRate: 100)
    #expect(optimizer.ownRate == 1.25 && weights == [-1.75])
    let multiplicative = Optimizer(.multiplicativeHypergradient(.sgd, beta: 0.5), count: 1)
    weights = [0]
    for (gradient, rate) in [(Float(2), 0.25), (1, 0.375), (-1, 0.1875)] {
      multiplicative.step(parameters: &weights, gradient: [gradient], learningRate: 0.25)
      #expect(abs((multiplicative.ownRate ?? 0) - rate) < 1e-12)
    }
  }

  @Test("Facts of the methods")
  func facts() {
    #expect(
      Optimizer.Configuration.adam(beta1: 0.8).momentum == 0.8 && Optimizer.Configuration.adam().isAdaptive)
    #expect(Optimizer.Configuration.sgd.usualLearningRate == 0.2 && !Optimizer.Configuration.sgd.isAdaptive)
    #expect(Optimizer.Configuration.scheduleFreeAdamW().usualLearningRate == 1e-2)
    #expect(Optimizer.Configuration.scheduleFreeAdamW().hasEvaluationWeights)
  }
}

@Suite("Documentation of optimizers")
struct OptimizerDocumentationTests {
  @Test("Docs/Optimizers.md has every name, and each constant with its default")
  func table() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
    let text = try String(contentsOf: root.appending(path: "Docs/Optimizers.md"), encoding: .utf8)
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `") }
    for configuration in Optimizer.Configuration.all {
      let name =
        configuration.base == nil ? configuration.name : "\(configuration.name.prefix { $0 != "+" })+BASE"
      let row = try #require(rows.first { $0.contains("`\(name)`") }, "\(name) is missing")
      for constant in configuration.constants {
        let values = row.split(separator: "|")[1].split(separator: ",").map { $0.split(separator: " ") }
        let value = values.first { $0.first.map(String.init) == constant.name }?.last.flatMap { Double($0) }
        #expect(value == constant.defaultValue, "\(constant.name) of \(name)")
      }
    }
  }
}
