import ArgumentParser
import Datasets

extension DatasetName: ExpressibleByArgument {}
