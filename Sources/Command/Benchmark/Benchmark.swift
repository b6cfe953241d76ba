import ArgumentParser
import BuiltInTrainees
import Datasets
import MetaLR
import NeuralNet
import Randomness

/// `metalr benchmark`: how long the two pieces of work take that training trainees consists of.
struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure an optimizer step on a batch, and the forward pass and loss of as many images.",
    discussion: """
      Each round measures what the cores can do at most (multiply-adds in registers), one step and one forward \
      pass, so that all three see the same machine. Quote medians, on an otherwise idle machine, as a ratio to what \
      they are compared with, measured in turn: Scripts/compare-with-pytorch does that.

      Operations are counted from the model: two for each multiplication with addition of a convolution or a \
      dense layer, 2 m an image forward; training 6 m, less 2 m of the layers that read the images, since these need \
      no gradient. A share of the peak may pass 100%, where a kernel needs fewer.

      EXAMPLES:
        metalr benchmark --batch-size 1000
        metalr benchmark --instruction-set avx2
        metalr benchmark --model resnet --blocks 3 --batch-size 200 --channels 3 --size 32 --threads 2
      """)

  @OptionGroup(title: "Trainee") var data: DataOptions
  @OptionGroup(title: "Trainee") var network: NetworkOptions

  @Option(help: ArgumentHelp("Threads of the one trainee.", valueName: "count"))
  var threads = 1

  @Option(
    help: ArgumentHelp(
      "Processor instructions (default: METALR_ISA, or else the fastest here).", valueName: "name"))
  var instructionSet: InstructionSet?

  @Option(help: ArgumentHelp("Timed rounds, after two that are not timed.", valueName: "count"))
  var steps = 30

  @OptionGroup var show: OutputOptions

  func validate() throws {
    try network.validateSize(of: [network.modelKind])
    if threads < 1 { throw ValidationError("--threads is \(threads); give a whole number of at least 1.") }
    if steps < 1 { throw ValidationError("--steps is \(steps); give a whole number of at least 1.") }
    if let instructionSet, !instructionSet.isAvailable {
      let choices = InstructionSet.available.map(\.rawValue).joined(separator: ", ")
      throw ValidationError(
        "This processor does not have '\(instructionSet.rawValue)'; choose of: \(choices).")
    }
  }

  func run() throws {
    let result = try measure()
    try show.show(result, text: result.text)
  }

  private func measure() throws -> BenchmarkResult {
    let chosen = try instructionSet ?? InstructionSet.chosen()
    let optimizerConfiguration = try Optimizer.Configuration(parsing: network.optimizerName)
    let preset = Preset.paper
    let data = try data.load(preset)
    let model = try network.specification.model(
      input: .init(channels: data.shape.channels, height: data.shape.height, width: data.shape.width),
      classes: data.classes)
    let batchSize = min(network.batchSize ?? preset.batchSize, data.train.count)
    var generator = SeededGenerator(seed: 0)
    let built = Network(
      model, maximumBatch: batchSize, threads: threads, instructionSet: chosen, generator: &generator)
    let optimizer = Optimizer(optimizerConfiguration, count: model.parameters.count, instructionSet: chosen)
    let source = ImageSource(
      pixels: data.train.images.pixels, labels: data.train.images.labels, mean: data.mean,
      standardDeviation: data.standardDeviation)
    let batch = Array(data.train.indices.prefix(batchSize))

    let probe = PeakProbe(chosen, threads: threads)
    var (peaks, trainSteps, evaluations) = ([Double](), [Double](), [Double]())
    for round in -2..<steps {
      let peak = probe.operationsPerSecond()
      let trainStep = seconds {
        _ = built.trainStep(source, indices: batch, learningRate: 1e-3, optimizer: optimizer)
      }
      let evaluation = seconds { _ = built.evaluate(source, indices: batch) }
      guard round >= 0 else { continue }
      peaks.append(peak / 1e9)
      trainSteps.append(trainStep * 1e3)
      evaluations.append(evaluation * 1e3)
    }
    let peak = Spread(peaks)
    return BenchmarkResult(
      model: "\(network.specification)", images: "\(data.shape)", batchSize: batchSize, threads: threads,
      instructionSet: chosen.rawValue, optimizer: network.optimizerName, rounds: steps,
      memory: built.memory + optimizer.memory, peakGigaflops: peak,
      trainStep: .init(
        milliseconds: Spread(trainSteps), multiplyAdds: model.trainingMultiplyAdds * batchSize, peak: peak),
      evaluation: .init(
        milliseconds: Spread(evaluations), multiplyAdds: model.multiplyAdds * batchSize, peak: peak))
  }
}

extension InstructionSet: ExpressibleByArgument {}

/// How long a piece of work takes.
func seconds(_ work: () -> Void) -> Double { ContinuousClock().measure(work) / .seconds(1) }
