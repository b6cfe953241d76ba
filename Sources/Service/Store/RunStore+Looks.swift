import MetaLR

/// The looks before the first step of a run.
extension RunStore {
  /// What comes after the looks so far; nothing is stored.
  ///
  /// - Throws: ``ServiceError``, see ``Run/look(_:controller:)``.
  func look(
    _ observation: ReportedObservation, run id: String, of reach: Reach
  ) async throws(ServiceError) -> LookAnswer {
    try await write(.run(id)) { transaction, staged in
      let run = try staged.run(id, of: reach, transaction)
      return try run.look(observation, controller: try staged.controller(of: run, transaction))
    }
  }

  /// How often a run's controller looks before the first step.
  func looks(of run: Run) async throws(ServiceError) -> Int {
    try await write { transaction, staged in
      try staged.controller(of: run, transaction).controller.action.looks
    }
  }
}
