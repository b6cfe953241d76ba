import ServiceLifecycle

/// Passes on what other instances did to those who watch at this one.
struct SharedEvents: ServiceLifecycle.Service {
  let store: RunStore
  let hub: EventHub

  func run() async throws {
    guard let news = store.news else {
      try? await gracefulShutdown()
      return
    }
    for await change in news.cancelOnGracefulShutdown() {
      switch change {
      // Watchers come back by themselves, and read what they missed.
      case .interrupted: hub.cutOff()
      case .changed(let runs):
        for (id, change) in runs where hub.isWatched(id, of: change.owner) { await tell(id, change) }
      }
    }
  }

  private func tell(_ id: String, _ change: PostgresBulletin.Change) async {
    guard !change.isDeleted else { return hub.remove(id, of: change.owner) }
    do throws(ServiceError) {
      hub.publish([RunEvent(change: .elsewhere, run: try await store.run(id, of: .owner(change.owner)))])
    } catch {
      if error.status == 404 { hub.remove(id, of: change.owner) }
    }
  }
}
