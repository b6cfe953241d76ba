import ArgumentParser
import Datasets
import MetaLR
import NeuralNet
import Randomness
import Reports

/// `metalr benchmark`: how long the two pieces of work take that training trainees consists of.
struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure an optimizer step on a batch, and the forward pass and loss of as many images.",
    discussion: """
      The median of the timed steps is what to quote, on an otherwise idle machine, as a ratio to what it is compared \
      with, measured in the same run. METALR_ISA (naive, portable, avx2, avx512, neon) forces an instruction set.

      EXAMPLES:
        metalr benchmark --batch-size 1000
        metalr benchmark --model resnet --blocks 3 --batch-size 200 --channels 3 --size 32 --threads 2
      """)

  @OptionGroup(title: "Trainee") var trainee: TraineeOptions

  @Option(help: ArgumentHelp("Threads of the one trainee.", valueName: "count"))
  var threads = 1

  @Option(help: ArgumentHelp("Timed steps, after two that are not timed.", valueName: "count"))
  var steps = 30

  @OptionGroup var show: OutputOptions

  func validate() throws {
    if threads < 1 { throw ValidationError("--threads is \(threads); give a whole number of at least 1.") }
    if steps < 1 { throw ValidationError("--steps is \(steps); give a whole number of at least 1.") }
  }

  func run() throws {
    let preset = Preset.paper
    let data = try trainee.data.load(preset)
    let batchSize = min(trainee.batchSize ?? preset.batchSize, data.train.count)
    let optimizerConfiguration = try Optimizer.Configuration(name: trainee.optimizer)
    let model = try trainee.specification.model(
      input: .init(channels: data.shape.channels, height: data.shape.height, width: data.shape.width),
      classes: data.classes)
    let instructionSet = try InstructionSet.chosen()
    var generator = SeededGenerator(seed: 0)
    let network = Network(
      model, maximumBatch: batchSize, threads: threads, instructionSet: instructionSet, generator: &generator)
    let optimizer = Optimizer(
      optimizerConfiguration, count: model.parameters.count, instructionSet: instructionSet)
    let source = ImageSource(
      pixels: data.train.images.pixels, labels: data.train.images.labels, mean: data.mean,
      standardDeviation: data.standardDeviation)
    let batch = Array(data.train.indices.prefix(batchSize))

    let result = Result(
      model: "\(trainee.specification)", images: "\(data.shape)", batchSize: batchSize, threads: threads,
      instructionSet: instructionSet.rawValue,
      trainStep: Timing(steps: steps) {
        _ = network.trainStep(source, indices: batch, learningRate: 1e-3, optimizer: optimizer)
      },
      evaluation: Timing(steps: steps) { _ = network.evaluate(source, indices: batch) },
      memory: network.memory + optimizer.memory)
    try show.show(result, text: result.text)
  }

  private struct Result: Encodable {
    let model: String
    let images: String
    let batchSize: Int
    let threads: Int
    let instructionSet: String
    let trainStep: Timing
    let evaluation: Timing
    /// Bytes of the network's and the optimizer's buffers.
    let memory: Int

    var text: String {
      var table = TextTable(columns: [
        .init("work", .left), .init("median ms"), .init("fastest"), .init("slowest"), .init("us an image"),
      ])
      for (name, timing) in [("train step", trainStep), ("forward and loss", evaluation)] {
        table.addRow([
          name, timing.median.fixed(2), timing.fastest.fixed(2), timing.slowest.fixed(2),
          (timing.median * 1000 / Double(batchSize)).fixed(2),
        ])
      }
      return
        "\(model), \(images), batch \(batchSize), \(threads) thread\(threads == 1 ? "" : "s"), \(instructionSet), "
        + "\((Double(memory) / 1e6).fixed(1)) MB\n\n\(table.text)"
    }
  }
}
