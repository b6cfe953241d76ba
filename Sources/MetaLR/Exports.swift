// What the signatures of this module and of `Trainee` name.
@_exported import struct Files.FileError
@_exported import struct Files.OutputError
@_exported import PPO
@_exported import Randomness
@_exported import Trainee
