// What the signatures of this module and of `Trainee` name.
@_exported import Datasets
@_exported import struct Files.FileError
@_exported import enum NeuralNet.InstructionSet
@_exported import struct NeuralNet.InstructionSetError
@_exported import struct NeuralNet.ModelError
@_exported import enum NeuralNet.ModelSpecification
@_exported import class NeuralNet.Optimizer
@_exported import enum NeuralNet.OptimizerError
@_exported import PPO
@_exported import Randomness
@_exported import Trainee
