import Foundation
import Testing

@testable import Datasets

@Suite struct BatchOrderTests {
  @Test("Every image comes once an epoch, whatever the batch size", arguments: [1, 3, 7, 10, 25])
  func epochsAreComplete(batchSize: Int) {
    var order = BatchOrder(count: 10, seed: 5)
    var seen: [Int32] = []
    while seen.count < 150 { seen += order.next(batchSize) }
    for epoch in 0..<15 {
      #expect(seen[epoch * 10..<(epoch + 1) * 10].sorted() == Array(0..<10))
    }
  }

  @Test("Each epoch has an order of its own, and the seed decides all of them")
  func seedDecides() {
    var (first, again, other) = (
      BatchOrder(count: 100, seed: 1), BatchOrder(count: 100, seed: 1), BatchOrder(count: 100, seed: 2)
    )
    let epochs = [first.next(100), first.next(100)]
    #expect(epochs[0] != epochs[1])
    #expect(again.next(200) == epochs[0] + epochs[1])
    #expect(other.next(100) != epochs[0])
  }

  @Test("A saved order goes on where it stopped", arguments: [0, 1, 9, 10, 11, 34])
  func savedOrderGoesOn(drawn: Int) throws {
    var order = BatchOrder(count: 10, seed: .max)
    _ = order.next(drawn)
    var restored = try JSONDecoder().decode(BatchOrder.self, from: JSONEncoder().encode(order))
    #expect(restored == order)
    #expect(restored.next(40) == order.next(40))
  }

  @Test(
    "An impossible saved order is refused",
    arguments: [
      #"{"count":0,"seed":1,"epoch":0,"position":0}"#,
      #"{"count":10,"seed":1,"epoch":0,"position":10}"#,
      #"{"count":10,"seed":1,"epoch":0,"position":-1}"#,
      #"{"count":99999999999,"seed":1,"epoch":0,"position":1}"#,
      #"{"count":10,"seed":1,"position":0}"#,
    ])
  func impossibleStateIsRefused(json: String) {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(BatchOrder.self, from: Data(json.utf8))
    }
  }
}
