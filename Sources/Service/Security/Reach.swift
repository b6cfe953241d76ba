/// Whose runs and trainings somebody may see, or change.
enum Reach: Sendable, Equatable {
  /// Those of these names.
  case owners(Set<String>)
  /// Everybody's.
  case everybody

  /// Those of one name.
  static func owner(_ name: String) -> Reach { .owners([name]) }

  /// Whether what belongs to a name is within it.
  func includes(_ owner: String) -> Bool {
    switch self {
    case .owners(let names): names.contains(owner)
    case .everybody: true
    }
  }
}
