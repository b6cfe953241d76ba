import NIOConcurrencyHelpers

/// What a worker has told and the database does not know yet.
final class TrainingProgress: Sendable {
  struct News: Sendable {
    var episodes: Int
    var updates: [TrainingUpdate] = []
    var isNew = false
  }

  private let news: NIOLockedValueBox<News>

  init(episodes: Int) { news = NIOLockedValueBox(News(episodes: episodes)) }

  /// Adds a report.
  func add(_ report: WorkerReport) {
    news.withLockedValue { news in
      news.episodes = report.episodes
      if let update = report.update { news.updates.append(update) }
      news.isNew = true
    }
  }

  /// Whether anything is new.
  var hasNews: Bool { news.withLockedValue(\.isNew) }

  /// What is new; nil for nothing.
  func take() -> News? {
    news.withLockedValue { news in
      guard news.isNew else { return nil }
      defer { news = News(episodes: news.episodes) }
      return news
    }
  }

  /// Gives back what could not be stored.
  func putBack(_ old: News) {
    news.withLockedValue { news in
      news.updates = old.updates + news.updates
      news.isNew = true
    }
  }
}
