import NeuralNet
import Testing
import Trainee

@testable import BuiltInTrainees

@Suite("Memory that the machine does not have")
struct MemoryCheckTests {
  @Test("A network is refused with the memory that it would take")
  func refused() throws {
    let configuration = ImageClassifier.Configuration(batchSize: 200)
    let model = try Model.leNet(input: .init(channels: 1, height: 4096, width: 4096), classes: 10)
    // The first dense layer alone has 16 x 1021^2 x 120 weights of 4 bytes, five times.
    let error = #expect(throws: TraineeError.self) {
      try MachineMemory.check(model, of: configuration, available: 16_000_000_000)
    }
    #expect(error?.description.contains("there are 16.0 GB") == true)
    let small = try Model.leNet(input: .init(channels: 1, height: 28, width: 28), classes: 10)
    try MachineMemory.check(small, of: configuration, available: 100_000_000)
    #expect(throws: TraineeError.self) {
      try MachineMemory.check(small, of: configuration, available: 100_000)
    }
  }

  @Test("A step of minutes is refused", arguments: [100_001, 10_000_000, Int.max])
  func batch(size: Int) {
    #expect(throws: TraineeError.self) { try ImageClassifier.Configuration(batchSize: size).validate() }
  }
}
