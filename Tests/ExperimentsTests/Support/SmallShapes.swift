import BuiltInTrainees
import Datasets

/// A few drawn pictures, for tests that need a real network.
func smallShapes(train: Int, validation: Int = 20, test: Int = 20) throws -> DataSplits {
  var configuration = ShapesDataset.Configuration()
  (configuration.train, configuration.validation, configuration.test) = (train, validation, test)
  return try ShapesDataset.draw(configuration)
}
