import Foundation
import MetaLR
import Testing
import Training

@testable import Command

@Suite("Files of problems")
struct ProblemsFileTests {
  @Test(
    "What is wrong is said in a sentence that names it",
    arguments: [
      ("[1", "is not JSON. "), ("[]", "is no object. "), ("{}", "describes neither "),
      (
        #"{"drawn": {}, "problem": []}"#,
        "has the unknown key 'problem' in the file. Known are drawn, problems."
      ),
      (
        #"{"drawn": {"budget": [50, 60]}}"#,
        "has the unknown key 'budget' in 'drawn'. Known are budgets, widths, layers, initialScales, batchSizes, trainCounts, validationCount, optimizer, operations, reach, convolutions, images, regularization, averaging."
      ),
      (
        #"{"problems": [{"dataset": "shapes"}, {"dataset": "shapes", "batch": 20}]}"#,
        "has the unknown key 'batch' in problem 2. Known are dataset, model, width, "
      ),
      (#"{"problems": [{"model": "cnn"}]}"#, "lacks 'dataset' in problem 1. "),
      (#"{"problems": 3}"#, "holds no list as 'problems'. "),
      (#"{"problems": ["shapes"]}"#, "holds no object as problem 1. "),
      (#"{"problems": [{"dataset": 3}]}"#, "holds no text as 'dataset' of problem 1. "),
      (#"{"drawn": {"widths": [8, "x"]}}"#, "holds no whole number as entry 2 of 'widths' of 'drawn'. "),
      (
        #"{"problems": [{"dataset": "shapes", "steps": 1.5}]}"#,
        "holds a fraction where a whole number belongs. "
      ),
    ])
  func refused(text: String, problem: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.add("mine.json", text)
    let error = #expect(throws: (any Error).self) { try ProblemsFile(contentsOf: path) }
    #expect(error.map { "\($0)" }?.hasPrefix("'\(path)' \(problem)") == true, "\(String(describing: error))")
  }

  @Test("What a range of sampled problems says is taken, and the rest is as built in")
  func range() throws {
    let folder = try TemporaryFolder()
    let path = try folder.add(
      "mine.json",
      #"{"drawn": {"budgets": [50, 60], "layers": [2, 8], "initialScales": [0.3, 1], "trainCounts": [64, 99], "#
        + #""validationCount": 32, "images": 0.1}}"#)
    let drawn = try #require(try ProblemsFile(contentsOf: path).drawn)
    let range = try ProblemsFile.range(drawn)
    #expect((range.budgets, range.layers, range.initialScales) == (50...60, 2...8, 0.3...1))
    #expect((range.trainCounts, range.validationCount, range.images) == (64...99, 32, 0.1))
    #expect(range.widths == [8, 16, 32, 48, 64, 128])
    let reversed = try folder.add("reversed.json", #"{"drawn": {"layers": [8, 2]}}"#)
    let other = try #require(try ProblemsFile(contentsOf: reversed).drawn)
    #expect(throws: ConfigurationError.self) { try ProblemsFile.range(other) }
  }
}
