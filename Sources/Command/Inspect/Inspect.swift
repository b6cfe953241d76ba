import ArgumentParser
import Foundation
import MetaLR

/// `metalr inspect`: what a checkpoint holds.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show how a controller was made and how it did.",
    discussion: """
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
    try output.show(checkpoint.card, text: CardText(checkpoint).text)
  }
}
