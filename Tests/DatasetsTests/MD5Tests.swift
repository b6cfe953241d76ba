import Testing

@testable import Datasets

@Suite struct MD5Tests {
  @Test(
    "The digests of RFC 1321, appendix A.5",
    arguments: [
      ("", "d41d8cd98f00b204e9800998ecf8427e"),
      ("a", "0cc175b9c0f1b6a831c399e269772661"),
      ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
      (
        "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
        "57edf4a22be3c955ac49da2e2107b67a"
      ),
    ])
  func standardVectors(text: String, expected: String) {
    var digest = MD5()
    digest.update(Array(text.utf8))
    #expect(digest.hexadecimal() == expected)
  }

  @Test(
    "Every length around the block of 64 bytes, in pieces of any size", arguments: [1, 3, 63, 64, 65, 200])
  func piecesDoNotMatter(piece: Int) throws {
    for (length, expected) in try Fixtures.md5OfLengths().enumerated() {
      let bytes = (0..<length).map { UInt8($0 % 251) }
      var digest = MD5()
      for start in stride(from: 0, to: length, by: piece) {
        digest.update(Array(bytes[start..<min(start + piece, length)]))
      }
      #expect(digest.hexadecimal() == expected, "length \(length)")
    }
  }
}
