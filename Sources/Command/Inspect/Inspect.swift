import ArgumentParser
import Experiments
import MetaLR
import Reports

/// `metalr inspect`: what a checkpoint holds.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show how a controller was made, how it did, and what moves its decisions.",
    discussion: """
      A controller that was trained on sampled problems drives \(MeanInfluence.problemCount) others, and each input is \
      shown with the mean change of the rate's logarithm that is owed to it.

      EXAMPLES:
        metalr inspect controller.ckpt
        metalr inspect controller.ckpt --json
      """)

  @Argument(
    help: "The checkpoint: a file, or the name of one that comes with metalr.",
    completion: .file(extensions: ["ckpt"]))
  var checkpoint: String

  @OptionGroup var output: OutputOptions

  func run() throws {
    let checkpoint = try Checkpoint(contentsOf: ShippedCheckpoints.path(of: checkpoint))
    var text = CardText(checkpoint).text
    if !output.json, checkpoint.card.problems.name == "drawn" { text += try influences(of: checkpoint) }
    try output.show(checkpoint.card, text: text)
  }

  private func influences(of checkpoint: Checkpoint) throws -> String {
    let mean = try MeanInfluence(of: checkpoint.controller, driving: checkpoint.card.drivenOptimizer)
    var table = TextTable(columns: [.init("input", .left), .init("mean change of ln rate")])
    for (name, size) in zip(mean.names, mean.sizes) { table.addRow([name, NumberText.fixed(size)]) }
    return "\nWhat moves its decisions, over \(MeanInfluence.problemCount) sampled problems:\n\n\(table.text)"
  }
}
