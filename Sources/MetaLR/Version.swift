/// The version of metalr, which checkpoints and the command report.
public let metalrVersion = "0.2.0"
