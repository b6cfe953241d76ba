import Foundation
import Testing

@testable import Datasets

@Suite struct CatalogueTests {
  @Test(
    "The folder is the one named, then METALR_DATA, then the cache folder",
    arguments: [
      ("/a", ["METALR_DATA": "/b"], "/a"),
      (nil, ["METALR_DATA": "/b", "XDG_CACHE_HOME": "/c"], "/b"),
      ("", ["METALR_DATA": "/b"], "/b"),
    ] as [(String?, [String: String], String)])
  func folder(named: String?, environment: [String: String], expected: String) {
    #expect(DatasetCatalogue(folder: named, environment: environment).folder == expected)
  }

  #if os(Linux)
    @Test(
      "Without a name the folder is in the user's cache",
      arguments: [
        (["XDG_CACHE_HOME": "/c", "HOME": "/h"], "/c/metalr"),
        (["XDG_CACHE_HOME": "relative", "HOME": "/h"], "/h/.cache/metalr"),
        (["METALR_DATA": "", "HOME": "/h"], "/h/.cache/metalr"),
      ])
    func cacheFolder(environment: [String: String], expected: String) {
      #expect(DatasetCatalogue(environment: environment).folder == expected)
    }
  #endif

  @Test(
    "Without data the error names the folder and the command", arguments: [DatasetName.fashion, .cifar10])
  func missing(name: DatasetName) throws {
    let catalogue = DatasetCatalogue(folder: "/nowhere/data", environment: [:])
    #expect(throws: DatasetError.missing(name: name, folder: "/nowhere/data")) {
      try catalogue.load(name.rawValue)
    }
    let text = message { _ = try catalogue.load(name.rawValue) }
    #expect(text.contains("'/nowhere/data'") && text.contains("metalr datasets fetch \(name)"), "\(text)")
  }

  @Test("An unknown name is answered with the known ones")
  func unknownName() {
    let text = message { _ = try DatasetCatalogue(folder: "/x").load("mnist") }
    #expect(text.contains("'mnist'") && text.contains("shapes, fashion, cifar10"), "\(text)")
  }

  @Test("The list says what is there")
  func entries() throws {
    let folder = try TemporaryFolder()
    let catalogue = DatasetCatalogue(folder: folder.path)
    let states = { catalogue.entries().map(\.state) }
    #expect(catalogue.entries().map(\.name) == [.shapes, .fashion, .cifar10])
    #expect(states() == [.drawn, .missing, .missing])
    try folder.copy("fashion-mnist")
    try folder.write([0], to: "cifar-10-batches-bin/test_batch.bin")
    #expect(states() == [.drawn, .present, .incomplete])
    try folder.copy(CIFARDataset.archiveName)
    try FileManager.default.removeItem(atPath: folder.path + "/fashion-mnist/train-labels-idx1-ubyte.gz")
    #expect(states() == [.drawn, .incomplete, .present])
    let text = message { _ = try catalogue.load("fashion") }
    #expect(text.contains("train-labels-idx1-ubyte.gz' does not exist"), "\(text)")
    #expect(text.contains("metalr datasets fetch fashion"), "\(text)")
  }

  @Test("A path loads any four IDX files, with as many classes as there are")
  func anyIDXFolder() throws {
    let folder = try TemporaryFolder()
    for (part, count) in [("train", 10), ("t10k", 3)] {
      try folder.write(
        idx([count, 2, 2], [UInt8](repeating: 9, count: 4 * count)), to: "set/\(part)-images-idx3-ubyte")
      try folder.write(idx([count], (0..<count).map { UInt8($0 % 3) }), to: "set/\(part)-labels-idx1-ubyte")
    }
    let splits = try DatasetCatalogue(folder: "/nowhere").load(folder.path + "/set")
    #expect(splits.name == "set")
    #expect(splits.classes == 3)
    #expect((splits.train.count, splits.validation.count, splits.test.count) == (8, 2, 3))
    try folder.write(idx([3], [0, 1, 3]), to: "set/t10k-labels-idx1-ubyte")
    #expect(
      message { _ = try DatasetCatalogue(folder: "/nowhere").load(folder.path + "/set") }
        .contains("says class 3 for image 2"))
    try folder.write(idx([3], [0, 1, 2]), to: "set/t10k-labels-idx1-ubyte")
    try folder.write(idx([3, 1, 4], [UInt8](repeating: 9, count: 12)), to: "set/t10k-images-idx3-ubyte")
    #expect(
      message { _ = try DatasetCatalogue(folder: "/nowhere").load(folder.path + "/set") }
        .contains("has images of 4x1 grey, where the training images are 2x2 grey"))
  }

  @Test("Verification tells missing, damaged and readable files apart")
  func verify() throws {
    let folder = try TemporaryFolder()
    let catalogue = DatasetCatalogue(folder: folder.path)
    #expect(catalogue.verify(.shapes).isEmpty)
    #expect(catalogue.verify(.fashion).map(\.state) == [FileReport.State](repeating: .missing, count: 4))
    try folder.copy("fashion-mnist")
    #expect(catalogue.verify(.fashion).map(\.state) == [FileReport.State](repeating: .readable, count: 4))
    try folder.write([1, 2, 3], to: "fashion-mnist/t10k-labels-idx1-ubyte.gz")
    let reports = catalogue.verify(.fashion)
    #expect(reports.map(\.isUsable) == [true, true, true, false])
    guard case .damaged(let problem) = reports[3].state else {
      Issue.record("\(reports[3].state)")
      return
    }
    #expect(problem.contains("is not an IDX file"))
  }

  @Test("Verification finds files that are sound but do not belong together")
  func verifyPairs() throws {
    let folder = try TemporaryFolder()
    try folder.copy("fashion-mnist")
    try folder.write(idx([2], [0, 1]), to: "fashion-mnist/train-labels-idx1-ubyte")
    let reports = DatasetCatalogue(folder: folder.path).verify(.fashion)
    #expect(reports.map(\.isUsable) == [true, false, true, true])
  }
}
