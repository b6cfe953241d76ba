import Foundation
import Testing

@testable import Schedules

@Suite("Schedules on the command line")
struct ScheduleSpecificationTests {
  @Test("Values by place and by name mean the same")
  func names() throws {
    let expected = try StepDecaySchedule(initialLearningRate: 0.1, discountStep: 20, discountFactor: 0.9)
    for text in ["step:0.1,20,0.9", "step:factor=0.9,every=20,rate=0.1", "step:0.1,factor=9e-1,every=20"] {
      #expect(
        try ScheduleSpecification(parsing: text).schedule(totalSteps: 5) as? StepDecaySchedule == expected)
    }
  }

  @Test("A schedule read from a file holds the file's rates; its path may hold any sign")
  func replay() throws {
    let path = NSTemporaryDirectory() + "metalr,schedule:=\(UUID().uuidString).csv"
    try "step,learning_rate\n0,0.25\n".write(toFile: path, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let schedule = try ScheduleSpecification(parsing: "replay:" + path).schedule(totalSteps: 10)
    #expect(schedule.learningRate(at: 7) == 0.25)
  }

  @Test(
    "What cannot be read is refused with what is possible",
    arguments: [
      ("", "There is no schedule ''. Give one of constant, step, piecewise,"),
      ("cosin:0.1", "There is no schedule 'cosin'. Give one of constant,"),
      ("Cosine:0.1", "There is no schedule 'Cosine'."),
      (
        "cosine",
        "The parameter 'rate' is missing. Write cosine:RATE[,END=0], and ,warmup=STEPS or ,warmup=PERCENT% if you like."
      ),
      ("cosine:0.1,warmup=100%", "The warmup '100%' is not between 0% and 100%. Write cosine:"),
      ("cosine:0.1,warmup=nan%", "The warmup 'nan' is not a number."),
      ("wsd:0.1,warmup=5%", "The warmup '5%' is not a number. Write wsd:PEAK[,WARMUP=0.05][,DECAY=0.2]."),
      ("cosine:", "The parameter 'rate' is missing."),
      ("cosine:0.1,0,7", "There are 3 values for 2 parameters. Write cosine:RATE[,END=0]"),
      ("cosine:0.1,,", "There are 3 values for 2 parameters."),
      ("cosine:0.1,", "The end '' is not a number."),
      ("cosine:0.1,rate=0.2", "The parameter 'rate' is given twice."),
      ("cosine:0.1,speed=2", "There is no parameter 'speed'."),
      ("cosine:0.1,warmup=1,warmup=2", "There is no parameter 'warmup'."),
      ("cosine:fast", "The rate 'fast' is not a number."),
      ("cosine:nan", "The rate 'nan' is not a number."),
      ("step:0.1,2.5,0.9", "The every '2.5' is not a whole number. Write step:RATE,EVERY,FACTOR"),
      ("step:0.1,99999999999999999,0.9", "is not a whole number"),
      ("cosine:0.1,warmup=x", "The warmup 'x' is not a whole number."),
      ("replay", "The path of the file is missing. Write replay:FILE."),
      ("replay:", "The path of the file is missing."),
      ("piecewise:", "The first rate is missing. Write piecewise:RATE,RATE@STEP,..."),
      ("piecewise:0.1,0.2", "'0.2' must have a step."),
      ("piecewise:0.1@5", "'0.1@5' must be a rate without a step."),
      ("piecewise:0.1,0.2@x", "The step 'x' is not a whole number."),
      ("piecewise:0.1,end=5", "There is no parameter 'end'."),
    ])
  func unreadable(text: String, message: String) {
    let error = #expect(throws: ScheduleError.self) { try ScheduleSpecification(parsing: text) }
    #expect(error?.description.contains(message) == true, "\(String(describing: error))")
  }

  @Test(
    "Numbers outside their range are refused by name",
    arguments: [
      ("constant:0", "'constant:0': The rate is 0.0; give a positive number."),
      ("step:0.1,0,0.9", "The discount step is 0; give a whole number of at least 1."),
      ("step:0.1,10,1.1", "The discount factor is 1.1"),
      ("exponential:0.1,0", "The final rate is 0.0"),
      ("linear:0", "The higher of the two rates is 0.0"),
      ("linear:-1,1", "The initial rate is -1.0"),
      ("polynomial:1,0", "The power is 0.0"),
      ("inverse-sqrt:1,0", "The number of steps before the rate falls is 0"),
      ("cosine:0.1,0.2", "The final rate is 0.2"),
      ("one-cycle:0.1,1", "The share of the rise is 1.0"),
      ("one-cycle:0.1,0.3,0.5", "The initial divisor is 0.5"),
      ("exp-rise:0.1,0", "The share of the rise is 0.0"),
      ("exp-rise:0.1,0.7,0.7", "The share at the end is 0.7; give a number above the share of the rise, 0.7"),
      ("exp-rise:0.1,divisor=0.5", "The initial divisor is 0.5"),
      ("triangular:0.2,0.1,5", "The minimum rate is 0.2"),
      ("triangular2:0.1,0.2,0", "half a cycle is 0"),
      ("exp-range:0.1,0.2,5,0", "The gamma is 0.0"),
      ("sgdr:0.1,0", "The first period is 0"),
      ("sgdr:0.1,5,0", "The period multiplier is 0"),
      ("sgdr:0.1,5,decay=2", "The decay of the maximum is 2.0"),
      ("sgdr:0.1,5,min=0.2", "The minimum rate is 0.2"),
      ("piecewise:0.1,0.2@5,0.3@5", "The boundary number 2 is 5; give a step above 5"),
      ("piecewise:0.1,0.2@0", "The boundary number 1 is 0; give a step above 0"),
      ("piecewise:0.1,0@5", "The rate number 2 is 0.0"),
      ("cosine:0.1,warmup=0", "The number of warm-up steps is 0"),
      ("cosine:0.1,warmup=-3", "The number of warm-up steps is -3"),
      ("cosine:9e307", "'cosine:9e307': The initial rate is 9e+307; give a number of at most 1e+30."),
      ("sgdr:1.7e308,10", "'sgdr:1.7e308,10': The maximum rate is 1.7e+308; give a number of at most 1e+30."),
      ("exponential:1e308,1e-308", "The initial rate is 1e+308; give a number of at most 1e+30."),
      (
        "exponential:1e-300,1e30",
        "The final rate is 1e+30; give one whose ratio to the initial rate, 1e-300,"
      ),
      ("rex:-1", "The initial rate is -1.0; give a positive number."),
      ("hold-cosine:0.1,1.5", "The share before the fall is 1.5; give a number from 0 to 1."),
      ("hold-cosine:0.1,0.5,0.2", "The final rate is 0.2"),
      ("wsd:0.1,30", "The share of the warm-up is 30.0; give a number from 0 to below 1."),
      ("wsd:0.1,0.5,0.6", "The share of the decay is 0.6; give a number above 0 that makes at most 1"),
      ("cosine:0.1,warmup=-9007199254740991", "The number of warm-up steps is -9007199254740991"),
      ("image:a.png,warmup=-9007199254740991", "The number of warm-up steps is -9007199254740991"),
      ("cosine:0.1,warmup=10", "warms up for 10 of 10 steps; leave at least one."),
      (
        "replay:/nowhere/at/all.csv", "The file '/nowhere/at/all.csv' does not exist or is not readable text."
      ),
    ])
  func impossible(text: String, message: String) throws {
    let specification = try ScheduleSpecification(parsing: text)
    let error = #expect(throws: ScheduleError.self) { try specification.schedule(totalSteps: 10) }
    #expect(error?.description.contains(message) == true, "\(String(describing: error))")
  }

  @Test("Every kind says how it is written", arguments: ScheduleKind.allCases)
  func usage(kind: ScheduleKind) {
    #expect(kind.usage.hasPrefix(kind.rawValue + ":"))
  }
}
