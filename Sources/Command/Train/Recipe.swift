/// Schedule and optimizer together, by the names of the post "Image-based learning rates".
struct Recipe {
  let schedule: String
  let optimizer: String

  static let names = "fixed, andrej, cyclic or image:FILE"

  /// The recipe of a name; nil where there is none.
  init?(named name: String, steps: Int) {
    switch name {
    case "fixed": self.init(schedule: "constant:0.0003", optimizer: "momentum")
    case "andrej": self.init(schedule: "constant:0.0003", optimizer: "adam")
    // Ten cycles a run, between the bounds of the picture's rates.
    case "cyclic": self.init(schedule: "triangular:0.00001,0.01,\(max(1, steps / 20))", optimizer: "momentum")
    case _ where name.hasPrefix("image:"): self.init(schedule: name, optimizer: "momentum")
    default: return nil
    }
  }

  private init(schedule: String, optimizer: String) {
    (self.schedule, self.optimizer) = (schedule, optimizer)
  }
}
