@_exported import PPO
@_exported import Trainee
@_exported import Randomness
