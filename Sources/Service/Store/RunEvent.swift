/// Something that a commit changed, for those who watch.
struct RunEvent: Sendable {
  enum Change: Sendable {
    case opened
    case decided(StoredDecision)
    case rewound
    case finished
    case abandoned
    case deleted
    /// Something that another instance did.
    case elsewhere
  }

  let change: Change
  /// The run after the change.
  let run: Run
}
