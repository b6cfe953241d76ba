@_exported import PPO
@_exported import Trainee
