import Foundation
import Testing

@testable import Files

@Suite("Safetensors")
struct SafetensorsTests {
  let sample = Safetensors(
    tensors: [
      "weights": Tensor(shape: [2, 3], values: .float32([1, -2.5, 3, 0, .pi, 1e-30])),
      "mean": Tensor(shape: [2], values: .float64([0.1, 1e300])),
      "empty": Tensor(shape: [0, 4], values: .float32([])),
      "single": Tensor(shape: [], values: .float64([7])),
    ],
    metadata: ["card": "{\"a\": \"ü \\\"quoted\\\"\"}", "formatVersion": "1"])

  @Test("Contents survive writing and reading, bit for bit")
  func roundTrip() throws {
    let data = try sample.encoded()
    #expect(try Safetensors(decoding: data, path: "a.ckpt") == sample)
    #expect(try sample.encoded() == data)
  }

  @Test("The bytes are laid out as the format says")
  func layout() throws {
    let data = try Safetensors(tensors: ["a": Tensor(shape: [1], values: .float32([1]))]).encoded()
    let length = Int(data[0]) | Int(data[1]) << 8
    #expect(length % 8 == 0)
    #expect(data.count == 8 + length + 4)
    #expect(Array(data.suffix(4)) == [0, 0, 0x80, 0x3F])
    let header = try #require(
      try JSONSerialization.jsonObject(with: data[8..<(8 + length)]) as? [String: [String: Any]])
    #expect(header["a"]?["dtype"] as? String == "F32")
    #expect(header["a"]?["data_offsets"] as? [Int] == [0, 4])
  }

  @Test("A header of more than 2 MiB is refused before it is read")
  func longHeader() throws {
    let length = (2 << 20) + 1
    var data = Data((0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) })
    data += Data("{".utf8) + Data(repeating: UInt8(ascii: " "), count: length - 2) + Data("}".utf8)
    let error = #expect(throws: FileError.self) { try Safetensors(decoding: data, path: "a.ckpt") }
    #expect(error?.problem.contains("metalr reads headers of up to 2097152") == true)
  }

  @Test("A tensor in the place of the metadata is refused: it could not be written again")
  func tensorAsMetadata() throws {
    let header = Data("{\"__metadata__\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}".utf8)
    let data = Data([UInt8(header.count), 0, 0, 0, 0, 0, 0, 0]) + header
    let error = #expect(throws: FileError.self) { try Safetensors(decoding: data, path: "a.ckpt") }
    #expect(error?.problem == "has a tensor in the place of its metadata")
  }

  @Test("Every truncation is refused")
  func truncation() throws {
    let data = try sample.encoded()
    for length in 0..<data.count {
      #expect(throws: FileError.self) { try Safetensors(decoding: data.prefix(length), path: "a.ckpt") }
    }
  }

  @Test("Every flipped bit among the numbers or the metadata's text is refused, and none crashes")
  func damage() throws {
    let data = try sample.encoded()
    for index in data.indices {
      var damaged = data
      damaged[index] ^= 0x04
      if let read = try? Safetensors(decoding: damaged, path: "a.ckpt") {
        #expect(
          read.tensors.values.map(\.count).reduce(0, +) == 9, "a changed name may pass, numbers may not")
      }
    }
    var damaged = data
    damaged[data.count - 1] ^= 1
    #expect(throws: FileError.self) { try Safetensors(decoding: damaged, path: "a.ckpt") }
  }

  @Test(
    "Headers that lie are refused",
    arguments: [
      #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#,
      #"{"a":{"dtype":"F32","shape":[9223372036854775807,2],"data_offsets":[0,4]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,-4]}}"#,
      #"{"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#,
      #"{"a":{"text":"not a place"}}"#,
      #"[1,2]"#, "", "{",
    ])
  func lyingHeaders(header: String) {
    var data = Data([UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0])
    data.append(contentsOf: header.utf8)
    data.append(contentsOf: [0, 0, 0, 0])
    #expect(throws: FileError.self) { try Safetensors(decoding: data, path: "a.ckpt") }
  }

  @Test("Errors name the file and a remedy")
  func errors() {
    #expect(throws: FileError(path: "no.ckpt", problem: "does not exist", remedy: "Check the path.")) {
      try Safetensors(contentsOf: "no.ckpt")
    }
  }
}
