extension MD5 {
  /// The digest of a file, as 32 hexadecimal digits.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - decompressing: Whether the digest is of what a gzipped file holds, instead of the file itself.
  /// - Returns: 32 hexadecimal digits.
  /// - Throws: ``DatasetError/file(_:)`` when the file cannot be read.
  static func ofFile(_ path: String, decompressing: Bool) throws(DatasetError) -> String {
    let stream = try ByteStream(path: path, decompressing: decompressing)
    var digest = MD5()
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = try chunk.withUnsafeMutableBufferPointer { (buffer) throws(DatasetError) in
        try stream.read(into: UnsafeMutableRawBufferPointer(buffer))
      }
      chunk.withUnsafeBytes { digest.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      if count < chunk.count { return digest.hexadecimal() }
    }
  }
}
