import ArgumentParser

/// `metalr reproduce`: the experiments of Xu and others (2019).
struct ReproduceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reproduce",
    abstract:
      "Do the experiments of the paper again: controllers, searches, ten seeds each, statistics, pictures.",
    discussion: """
      At full scale a table takes hours on two cores. The same command goes on where it was stopped.

      EXAMPLES:
        metalr reproduce table1
        metalr reproduce table2 --actors lstm
        metalr reproduce table1 --model resnet --blocks 1 --width 8 --batch-size 250 --train-images 10000
      """,
    subcommands: [ReproduceTable1.self, ReproduceTable2.self])
}

/// `metalr reproduce table1`: learned against hand-made schedules on the data set that the controller learned on.
struct ReproduceTable1: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table1",
    abstract: "Learned against hand-made schedules, on the data set that the controller was trained on.")

  @Option(parsing: .upToNextOption, help: ArgumentHelp("The data sets.", valueName: "name"))
  var datasets = ["fashion", "cifar10"]

  @OptionGroup var options: ReproductionOptions

  func run() throws {
    try Reproduction.run("table1", options) { reproduction in
      try datasets.flatMap { dataset in
        try options.models.map { model in
          let results = try reproduction.comparison(
            "table1-\(dataset)-\(model.rawValue)", on: dataset, model,
            first: try options.actors.map { try reproduction.controller(dataset, model, $0) })
          return (results, model == .resnet ? nil : PaperResults.table1(dataset))
        }
      }
    }
  }
}

/// `metalr reproduce table2`: controllers and schedules moved to a data set that they were not made for.
struct ReproduceTable2: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table2",
    abstract: "A controller and a searched schedule, moved from one data set to another.")

  @Option(
    name: .customLong("from"),
    help: ArgumentHelp("Where controller and schedule are made.", valueName: "name"))
  var source = "cifar10"

  @Option(name: .customLong("to"), help: ArgumentHelp("Where they are moved to.", valueName: "name"))
  var target = "fashion"

  @OptionGroup var options: ReproductionOptions

  func run() throws {
    try Reproduction.run("table2", options) { reproduction in
      try options.models.map { model in
        let controllers = try options.actors.map { try reproduction.controller(source, model, $0) }
        let moved = try reproduction.searchedSchedule(on: source, model)
        let results = try reproduction.comparison(
          "table2-\(source)-to-\(target)-\(model.rawValue)", on: target, model, first: controllers + [moved])
        return (results, model == .resnet ? nil : PaperResults.table2(from: source, to: target))
      }
    }
  }
}
