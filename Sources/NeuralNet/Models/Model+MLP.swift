extension Model {
  /// A network of dense layers alone: two of 128 units with ReLU, then `classes`, named fc1, fc2 and fc3.
  ///
  /// - Parameters:
  ///   - input: The size of the images.
  ///   - classes: From 1 to 256.
  ///   - width: Factor of the units of the hidden layers, each rounded to at least 1; 1 by default.
  /// - Returns: The model, with 118,282 parameters for ten classes of 28x28 grey images and width 1.
  /// - Throws: ``ModelError`` when the width is not from 0.01 to 100.
  public static func mlp(input: Shape, classes: Int, width: Double = 1) throws(ModelError) -> Model {
    let units = try ModelSpecification.scaled(128, by: width)
    var builder = try ModelBuilder(input: input)
    let first = builder.relu(try builder.dense(builder.input, "fc1", outputs: units))
    let second = builder.relu(try builder.dense(first, "fc2", outputs: units))
    let logits = try builder.dense(second, "fc3", outputs: classes)
    return try builder.build(logits: logits)
  }
}
