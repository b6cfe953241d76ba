import BuiltInTrainees
import Datasets
import Experiments
import Files
import Foundation
import MPIJob
import MetaLR
import NeuralNet
import Schedules
import Training

extension ExitStatus {
  /// The status for an error that a command threw.
  init(of error: any Error) {
    switch error {
    case let error as StopRequested: self = .signal(error.signal)
    case is OutputError: self = .cannotWrite
    case is StandardOutputError: self = .standardOutput
    case let error as DatasetError: self.init(of: error)
    case let error as FileError: self.init(ofFile: error.path)
    case let error as ScheduleError:
      if let file = error.file { self.init(ofFile: file) } else { self = .usage }
    case PPOError.invalidOption: self = .usage
    case is ConfigurationError, is ModelError, is OptimizerError, is TraineeError, is InstructionSetError,
      is DrawnProblemError:
      self = .usage
    case is UnfinishedTraining, is ChangedTraining, is FinishedTraining, is OtherController: self = .usage
    case is TraineeProcessError, is IncapableTrainee, is MPIError, is LostRanks, is RankError,
      is MissingService:
      self = .unavailable
    case PopulationError.foreignState: self = .badData
    default: self = .software
    }
  }

  /// The status for a file that cannot be used.
  private init(ofFile path: String) {
    self = FileManager.default.fileExists(atPath: path) ? .badData : .missingInput
  }

  private init(of error: DatasetError) {
    switch error {
    case .unknownName, .impossibleOption: self = .usage
    case .missing: self = .missingInput
    case .file(let error): self.init(of: error)
    case .download: self = .unavailable
    }
  }
}
