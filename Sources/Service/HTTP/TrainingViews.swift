/// A training as clients see it.
struct TrainingView: Encodable, Sendable {
  let training: Training
  /// Its learning curve; nil in lists.
  var curve: [TrainingUpdate]?

  private enum CodingKeys: String, CodingKey {
    case id, owner, name, request, status, created, started, ended, episodes, totalEpisodes, failure,
      controllerHash, curve
  }

  // Written out so that what is not there yet is null, not absent.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(training.id, forKey: .id)
    try container.encode(training.owner, forKey: .owner)
    try container.encode(training.request.name, forKey: .name)
    try container.encode(training.request, forKey: .request)
    try container.encode(training.status, forKey: .status)
    try container.encode(Timestamp.text(training.created), forKey: .created)
    try container.encode(Timestamp.text(training.started), forKey: .started)
    try container.encode(Timestamp.text(training.ended), forKey: .ended)
    try container.encode(training.episodes, forKey: .episodes)
    try container.encode(training.request.episodes, forKey: .totalEpisodes)
    try container.encode(training.failure, forKey: .failure)
    try container.encode(training.controllerHash, forKey: .controllerHash)
    try container.encodeIfPresent(curve, forKey: .curve)
  }
}

/// A page of a list of trainings.
struct TrainingList: Encodable, Sendable {
  let trainings: [TrainingView]
  /// What to give as `before` for the next page; null on the last.
  let next: String?
  /// What a training may ask for; null where the service trains no controllers.
  let offer: TrainingOffer?

  private enum CodingKeys: String, CodingKey { case trainings, next, offer }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(trainings, forKey: .trainings)
    try container.encode(next, forKey: .next)
    try container.encode(offer, forKey: .offer)
  }
}

/// What a training may ask for.
struct TrainingOffer: Encodable, Sendable {
  /// Names of trainees.
  let trainees: [String]
  /// The most episodes.
  let episodes: Int
  /// The most optimizer steps of an episode.
  let steps: Int

  init(_ configuration: ServiceConfiguration.Trainings) {
    trainees = configuration.trainees.keys.sorted()
    episodes = configuration.episodes
    steps = configuration.steps
  }
}
