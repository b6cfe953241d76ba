import Foundation
import Testing

@Suite("metalr benchmark")
struct BenchmarkTests {
  /// A small measurement with more options.
  private func measure(_ options: [String]) throws -> ProgramRun {
    let small = ["benchmark", "--train-images", "40", "--batch-size", "20", "--steps", "3"]
    return try ProgramRun(ProgramRun.program, small + options, environment: [:])
  }

  @Test("One JSON object has the peak, and times, operations and share of the peak of each work")
  func json() throws {
    let run = try measure(["--json", "--instruction-set", "portable", "--threads", "2"])
    #expect(run.status == 0 && run.error.isEmpty, "\(run.error)")
    let result = try run.object()
    #expect(result["instructionSet"] as? String == "portable" && result["batchSize"] as? Int == 20)
    let peak = try #require((result["peakGigaflops"] as? [String: Double])?["median"])
    // LeNet-5 has 416,520 multiply-adds, of which the first layer has 117,600.
    for (work, operations) in [("evaluation", 2.0 * 416_520), ("trainStep", 6.0 * 416_520 - 2.0 * 117_600)] {
      let values = try #require(result[work] as? [String: Any])
      let time = try #require(values["milliseconds"] as? [String: Double])
      let median = try #require(time["median"])
      #expect(try #require(time["smallest"]) <= median && median <= #require(time["greatest"]))
      let counted = try #require(values["gigaOperations"] as? Double)
      #expect(abs(counted - 20 * operations / 1e9) < 1e-12)
      let share = try #require(values["shareOfPeak"] as? Double)
      #expect(abs(share - counted / (median / 1e3) / peak) < 1e-9)
    }
  }

  @Test("The table names the model and both works")
  func table() throws {
    let run = try measure([])
    #expect(run.output.hasPrefix("LeNet-5, 28x28 grey, batch 20, 1 thread, "))
    #expect(run.output.contains("\ntrain step ") && run.output.contains("\nforward and loss "))
    let wide = try measure(["--model", "lenet-wide"])
    #expect(wide.output.hasPrefix("Wide LeNet, 28x28 grey, batch 20, 1 thread, "))
  }

  @Test(
    "What cannot be measured is refused with status 64",
    arguments: [
      ["--instruction-set", "sse9"], ["--threads", "0"], ["--steps", "0"], ["--trainee", "true"],
    ])
  func refused(options: [String]) throws {
    let run = try measure(options)
    #expect(run.status == 64 && run.output.isEmpty)
  }

  @Test("METALR_ISA chooses the instruction set, and one that does not exist is refused with status 64")
  func environment() throws {
    let arguments = ["benchmark", "--train-images", "32", "--batch-size", "32", "--steps", "1", "--json"]
    let run = try ProgramRun(ProgramRun.program, arguments, environment: ["METALR_ISA": "naive"])
    #expect(try run.object()["instructionSet"] as? String == "naive")
    let unknown = try ProgramRun(ProgramRun.program, arguments, environment: ["METALR_ISA": "mmx"])
    #expect(unknown.status == 64)
    #expect(unknown.error.contains("mmx"))
  }
}
