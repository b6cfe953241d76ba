extension ServiceError {
  /// The service trains no controllers.
  static let trainingsOff = ServiceError(
    403, "trainings_off", "This service trains no controllers.",
    remedy: "Ask its operator to start it with --trainings FOLDER.")

  /// No worker could be asked.
  static let workerUnavailable = ServiceError(
    503, "worker_unavailable", "The worker that checks trainings failed.",
    remedy: "Try again; the service's log says more.", retryAfter: 30)

  /// No such training, or one out of the token's reach.
  static func unknownTraining(_ id: String) -> ServiceError {
    ServiceError(
      404, "unknown_training", "There is no training '\(id.prefix(64))' that this token may see or change.",
      remedy: "GET /v1/trainings lists the trainings; POST /v1/trainings begins one.")
  }

  static func trainingExists(_ name: String) -> ServiceError {
    ServiceError(
      409, "training_exists", "Another training makes, or made, the controller '\(name)'.",
      remedy: "Choose another name, or delete that training when it is over.")
  }

  static func controllerExists(_ name: String) -> ServiceError {
    ServiceError(
      409, "controller_exists", "There is a controller '\(name)' already.", remedy: "Choose another name.")
  }

  static func trainingNotOver(_ training: Training) -> ServiceError {
    ServiceError(
      409, "training_not_over", "The training is \(training.status.rawValue).",
      remedy: "Cancel it first: POST /v1/trainings/\(training.id)/cancel.")
  }

  static func tooManyTrainings(_ limit: Int) -> ServiceError {
    ServiceError(
      429, "too_many_trainings", "This token has \(limit) trainings that wait or run, as many as it may.",
      remedy: "Wait until one is over, or cancel one.")
  }
}
