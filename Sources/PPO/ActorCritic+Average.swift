extension ActorCritic {
  /// A policy between this one and another: `keeping` of each parameter of this one, the rest of the other's.
  ///
  /// - Precondition: Both have the same configuration.
  public func moved(towards other: ActorCritic, keeping share: Double) -> ActorCritic {
    precondition(configuration == other.configuration, "policies of two configurations have no average")
    func mean(_ own: [Float], _ others: [Float]) -> [Float] {
      zip(own, others).map { Float(share * Double($0) + (1 - share) * Double($1)) }
    }
    var next = self
    next.actorParameters = mean(actorParameters, other.actorParameters)
    next.criticParameters = mean(criticParameters, other.criticParameters)
    return next
  }
}
