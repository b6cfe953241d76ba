// What the signatures of this module name.
@_exported import Datasets
@_exported import enum NeuralNet.InstructionSet
@_exported import struct NeuralNet.InstructionSetError
@_exported import struct NeuralNet.ModelError
@_exported import enum NeuralNet.ModelSpecification
@_exported import class NeuralNet.Network
@_exported import class NeuralNet.Optimizer
@_exported import enum NeuralNet.OptimizerError
@_exported import struct NeuralNet.RowModel
@_exported import Trainee
