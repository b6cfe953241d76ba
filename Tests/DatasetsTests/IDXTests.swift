import Foundation
import Testing

@testable import Datasets

@Suite struct IDXTests {
  static let stems = IDXDataset.stems

  @Test("Gzipped files give what Python wrote", arguments: [("train", 60), ("t10k", 12)])
  func gzippedFiles(part: String, count: Int) throws {
    let folder = Fixtures.folder + "/fashion-mnist/"
    let images = try IDXDataset.readPair(
      images: folder + part + "-images-idx3-ubyte.gz", labels: folder + part + "-labels-idx1-ubyte.gz",
      classes: 10)
    let expected = try Fixtures.part("idx-" + part)
    var digest = MD5()
    digest.update(images.pixels)
    #expect(images.shape == PixelShape(channels: 1, height: 5, width: 4))
    #expect(images.count == count)
    #expect(images.labels == expected.labels)
    #expect(digest.hexadecimal() == expected.pixels)
    #expect(images.contentHash() == expected.contentHash)
  }

  @Test("Decompressed files give the same images")
  func decompressedFiles() throws {
    let folder = try TemporaryFolder()
    let images = try folder.write(idx([2, 1, 3], [1, 2, 3, 4, 5, 6]), to: "images")
    let labels = try folder.write(idx([2], [7, 0]), to: "labels")
    let read = try IDXDataset.readPair(images: images, labels: labels)
    #expect(read.pixels == [1, 2, 3, 4, 5, 6])
    #expect(read.labels == [7, 0])
    #expect(read.classes == 8)
  }

  @Test(
    "A bad pair is refused with the file, the problem and a remedy",
    arguments: [
      ([], idx([2], [0, 1]), "images' is not an IDX file"),
      (idx([2, 1, 1], [1, 2]), [], "labels' is not an IDX file"),
      (idx([2], [0, 1]), idx([2, 1, 1], [1, 2]), "labels' holds images, not labels"),
      (idx([2], [0, 1]), idx([2], [0, 1]), "images' holds labels, not images"),
      (idx([2, 1, 1], [1, 2], type: 13), idx([2], [0, 1]), "elements of type 13"),
      (idx([2, 1, 1, 1], [1, 2]), idx([2], [0, 1]), "has 4 dimensions"),
      (Array(idx([2, 1, 1], [])[..<9]), idx([2], [0, 1]), "ends in its header"),
      (idx([2, 1, 1], [1]), idx([2], [0, 1]), "ends after 1 of 2 bytes"),
      (idx([2, 1, 1], [1, 2, 3]), idx([2], [0, 1]), "goes on after the 2 bytes"),
      (idx([0, 1, 1], []), idx([2], [0, 1]), "gives its size as 0 x 1 x 1"),
      (idx([2, 1, 1], [1, 2]), idx([3], [0, 1, 2]), "has 3 labels for the 2 images"),
      (idx([2, 1, 1], [1, 2]), idx([2], [0, 10]), "says class 10 for image 1"),
      (
        idx([0xFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF], [1]), idx([2], [0, 1]),
        "ends before the 16777215 x 4294967295 x 4294967295 bytes"
      ),
      (
        idx([2, 1, 1], [1, 2]), idx([0x100_0001], [0]),
        "announces 16777217 labels; metalr reads up to 16777216. Split"
      ),
    ])
  func badPair(images: [UInt8], labels: [UInt8], problem: String) throws {
    let folder = try TemporaryFolder()
    let paths = (try folder.write(images, to: "images"), try folder.write(labels, to: "labels"))
    let text = message { _ = try IDXDataset.readPair(images: paths.0, labels: paths.1, classes: 10) }
    #expect(text.contains(problem), "\(text)")
    #expect(text.contains(folder.path) && text.hasSuffix("."), "\(text)")
  }

  @Test("A missing file, and a folder or a named pipe in its place, are refused")
  func missingFile() throws {
    let folder = try TemporaryFolder()
    #expect(mkfifo(folder.path + "/pipe", 0o600) == 0)
    #expect(message { _ = try IDXFile.readImages(folder.path + "/pipe") }.contains("pipe' is not a file"))
    let labels = try folder.write(idx([1], [0]), to: "labels")
    #expect(
      message { _ = try IDXDataset.readPair(images: folder.path + "/none", labels: labels) }
        .contains("none' does not exist"))
    #expect(
      message { _ = try IDXDataset.readPair(images: folder.path, labels: labels) }.contains("is not a file"))
  }

  @Test("Every truncation of every file is refused", arguments: stems)
  func truncation(stem: String) throws {
    let folder = try TemporaryFolder()
    let file = URL(fileURLWithPath: "\(Fixtures.folder)/fashion-mnist/\(stem).gz")
    let bytes = [UInt8](try Data(contentsOf: file))
    for length in 0..<bytes.count {
      let path = try folder.write(Array(bytes[..<length]), to: "cut.gz")
      #expect(throws: DatasetError.self, "\(length) bytes") {
        _ =
          stem.contains("images")
          ? try IDXFile.readImages(path).pixels : try IDXFile.readLabels(path, classes: 10)
      }
    }
  }

  @Test("Damage anywhere in the compressed bytes is found, unless nothing depends on it", arguments: stems)
  func damage(stem: String) throws {
    let folder = try TemporaryFolder()
    let name = "\(Fixtures.folder)/fashion-mnist/\(stem).gz"
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: name)))
    let content = try ByteStream(path: name).read(4096)
    var unnoticed = 0
    for position in 0..<bytes.count {
      var damaged = bytes
      damaged[position] ^= 0x10
      let path = try folder.write(damaged, to: "damaged.gz")
      do throws(DatasetError) {
        let kept =
          try stem.contains("images")
          ? IDXFile.readImages(path).pixels : IDXFile.readLabels(path, classes: 10)
        #expect(kept.elementsEqual(content.suffix(kept.count)), "byte \(position)")
        unnoticed += 1
      } catch {
        #expect(error.description.contains("damaged.gz"))
      }
    }
    // Gzip's header has a time, a flag of text and a system, and the last byte before the sum has unused bits.
    #expect(unnoticed <= 8)
  }

  @Test("Bytes after the compressed data are refused")
  func trailingBytes() throws {
    let folder = try TemporaryFolder()
    let name = "\(Fixtures.folder)/fashion-mnist/\(IDXDataset.testImages).gz"
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: name)))
    let path = try folder.write(bytes + [0x55], to: "longer.gz")
    #expect(message { _ = try IDXFile.readImages(path) }.contains("other bytes after its compressed data"))
  }

  @Test("Compressed members that follow each other are one file")
  func members() throws {
    let folder = try TemporaryFolder()
    let name = "\(Fixtures.folder)/fashion-mnist/\(IDXDataset.testLabels).gz"
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: name)))
    let stream = try ByteStream(path: folder.write(bytes + bytes, to: "twice.gz"))
    let content = try ByteStream(path: name).read(1000)
    #expect(try stream.read(1000) == content + content)
  }
}
