import Experiments
import MetaLR

extension ComparisonReport {
  /// The report for programs.
  struct JSON: Encodable {
    let tasks: [Task]

    struct Task: Encodable {
      let trainee: ProblemDescription
      let plan: RunPlan
      let methods: [Row]
    }

    struct Row: Encodable {
      let contender: String
      let isGivenInitialRate: Bool
      /// Why there are no runs.
      let missing: String?
      let priorSteps: Int
      let searchSteps: Int
      let search: [SearchResult]
      let summary: RunsSummary
    }
  }

  var json: JSON {
    JSON(
      tasks: zip(results, summaries).map { result, rows in
        JSON.Task(
          trainee: result.trainee, plan: result.plan,
          methods: zip(result.runs, rows).map { compared, row in
            JSON.Row(
              contender: compared.contender, isGivenInitialRate: compared.isGivenInitialRate,
              missing: compared.missing, priorSteps: compared.priorSteps, searchSteps: compared.searchSteps,
              search: compared.search,
              summary: row)
          })
      })
  }
}
