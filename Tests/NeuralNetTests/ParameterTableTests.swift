import NeuralNet
import Randomness
import Testing

@Suite("Parameter table")
struct ParameterTableTests {
  @Test("Offsets follow from the shapes, without gaps")
  func offsets() {
    var table = ParameterTable()
    #expect(table.declare("conv1.weight", shape: [6, 1, 5, 5]) == 0..<150)
    #expect(table.declare("conv1.bias", shape: [6]) == 150..<156)
    #expect(table.declare("fc.weight", shape: [2, 3]) == 156..<162)
    #expect(table.count == 162)
    #expect(table.entries.map(\.name) == ["conv1.weight", "conv1.bias", "fc.weight"])
    #expect(table["conv1.bias"]?.range == 150..<156)
    #expect(table["conv2.bias"] == nil)
  }

  @Test("Initial values stay within one over the root of the fan-in, and fill that range")
  func initialRange() {
    var generator = SeededGenerator(seed: 3)
    let values = Initialization.uniform(count: 4000, fanIn: 25, using: &generator)
    #expect(values.allSatisfy { abs($0) <= 0.2 })
    #expect((values.max() ?? 0) > 0.199 && (values.min() ?? 0) < -0.199)
    let mean = values.reduce(0, +) / 4000
    #expect(abs(mean) < 0.01)
  }
}
