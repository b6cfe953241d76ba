import Foundation

/// How far a download is.
public struct FetchProgress: Sendable, Equatable {
  /// Name of the file: "train-images-idx3-ubyte.gz".
  public let file: String
  /// Number of the file, from 1.
  public let fileNumber: Int
  /// Files of the data set.
  public let fileCount: Int
  /// Bytes of the file that are here, those of an earlier attempt included.
  public let received: Int
  /// Bytes of the whole file.
  public let size: Int

  /// Share of the file that is here, in [0, 1].
  public var fraction: Double { min(1, Double(received) / Double(max(size, 1))) }
}

extension DatasetCatalogue {
  /// Downloads what lacks of a data set from its publisher, and checks it against the publisher's MD5 sums.
  ///
  /// A file that is already the publisher's, or holds the same when decompressed, is left alone. Under its own name a file is whole and checked; what
  /// has arrived of it is kept as `NAME.part`, from which the next call goes on. An interrupted connection is
  /// taken up again by itself.
  ///
  /// - Parameters:
  ///   - name: The data set; "shapes" needs no download, and nothing happens.
  ///   - base: A mirror to download from instead of the publisher, up to the names of the files.
  ///   - progress: Called after every quarter of a megabyte and when a file is complete, one call at a time, on a
  ///     thread of the download.
  /// - Throws: ``DatasetError/download(url:problem:remedy:)`` when the file does not arrive or is not the
  ///   publisher's, ``DatasetError/file(_:)`` when the folder cannot be written or the disk is full.
  public func fetch(
    _ name: DatasetName, from base: String? = nil,
    progress: @escaping @Sendable (FetchProgress) -> Void = { _ in }
  ) async throws(DatasetError) {
    try await fetch(PublishedFile.files(of: name), from: base, progress: progress)
  }

  func fetch(
    _ files: [PublishedFile], from base: String?, slice: Int = 16 << 20, retryDelay: Duration = .seconds(1),
    progress: @escaping @Sendable (FetchProgress) -> Void = { _ in }
  ) async throws(DatasetError) {
    for (index, file) in files.enumerated() {
      let path = file.path(in: folder)
      let report = { @Sendable (received: Int) in
        progress(
          FetchProgress(
            file: file.name, fileNumber: index + 1, fileCount: files.count, received: received,
            size: file.size))
      }
      if FileManager.default.fileExists(atPath: path), file.isMatched(by: path) {
        report(file.size)
        continue
      }
      let prefix = base.map { $0.hasSuffix("/") ? $0 : $0 + "/" } ?? file.base
      let download = try Download(
        address: prefix + file.name, path: path, size: file.size, md5: file.md5, slice: slice,
        retryDelay: retryDelay,
        progress: report)
      try await download.run()
    }
  }
}
