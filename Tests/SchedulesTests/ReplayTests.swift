import Testing

@testable import Schedules

@Suite("Replayed schedules")
struct ReplayTests {
  @Test("Each rate holds to the next one")
  func holds() throws {
    let schedule = try ReplaySchedule(
      csv: "\u{FEFF}seed, \"step\",learning_rate\r\n1,0,0.1\r\n1,10,0.05\r\n\r\n1,25,1e-3\r\n")
    let rates = [(-1, 0.1), (0, 0.1), (9, 0.1), (10, 0.05), (24, 0.05), (25, 0.001), (9999, 0.001)]
    for (step, expected) in rates { #expect(schedule.learningRate(at: step) == expected) }
  }

  @Test("The first rate holds before its step too")
  func first() throws {
    #expect(try ReplaySchedule(steps: [10], learningRates: [0.5]).learningRate(at: 0) == 0.5)
  }

  @Test(
    "Bad files are refused by line",
    arguments: [
      ("", "no columns 'step' and 'learning_rate'"),
      ("step,rate\n0,1\n", "no columns 'step' and 'learning_rate'"),
      ("step,learning_rate\n", "no rates below the first line"),
      ("step,learning_rate\n0,0.1\n10\n", "Line 3 has 1 columns"),
      ("step,learning_rate\n0,fast\n", "Line 2 has the step '0' and the rate 'fast'"),
      ("step,learning_rate\n0.5,1\n", "Line 2 has the step '0.5'"),
      ("step,learning_rate\n0,nan\n", "The rate of line 2 is nan"),
      ("step,learning_rate\n0,-1\n", "The rate of line 2 is -1.0"),
      ("step,learning_rate\n0,1e308\n", "The rate of line 2 is 1e+308"),
      ("step,learning_rate\n-1,1\n", "Step -1 of line 2 is negative"),
      ("step,learning_rate\n0,1\n10,1\n0,1\n", "Step 0 of line 4 comes after step 10"),
      ("\0\u{1}\u{2}\n\n", "no columns"),
    ])
  func badFiles(csv: String, message: String) {
    let error = #expect(throws: ScheduleError.self) { try ReplaySchedule(csv: csv) }
    #expect(error?.description.contains(message) == true, "\(String(describing: error))")
  }
}
