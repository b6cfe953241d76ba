import Foundation

/// What a look into one file found.
public struct FileReport: Sendable, Equatable {
  /// How good the file is.
  public enum State: Sendable, Equatable {
    /// The publisher's file, by its MD5 sum.
    case original
    /// Other bytes, but what they hold when decompressed is what the publisher's file holds, by its MD5 sum.
    case sameContent
    /// Readable and complete, but the publisher's MD5 sums do not vouch for its content.
    case readable
    /// Not there.
    case missing
    /// Cannot be used; the text says what is wrong and the remedy.
    case damaged(String)
  }

  /// The file.
  public let path: String
  /// How good it is.
  public let state: State

  /// Whether a run can use the file.
  public var isUsable: Bool {
    switch state {
    case .original, .sameContent, .readable: true
    case .missing, .damaged: false
    }
  }
}

extension DatasetCatalogue {
  /// Reads every file of a data set that is there, and compares it with the publisher's.
  ///
  /// CIFAR-10 is the archive, or the six unpacked files, for which the publisher gives no MD5 sums. The drawn data
  /// set has no files, and no reports.
  public func verify(_ name: DatasetName) -> [FileReport] {
    let archive = "\(folder)/\(CIFARDataset.archiveName)"
    let unpacked = files(of: name)
    let thereIsArchive = name == .cifar10 && FileManager.default.fileExists(atPath: archive)
    let thereIsMore = unpacked.contains { FileManager.default.fileExists(atPath: $0) }
    let paths = (thereIsArchive ? [archive] : []) + (thereIsArchive && !thereIsMore ? [] : unpacked)
    let reports = paths.map { FileReport(path: $0, state: state(ofFile: $0, in: name)) }
    // Only files whose content no MD5 sum vouches for can be of different data sets.
    guard name == .fashion, reports.allSatisfy(\.isUsable), reports.contains(where: { $0.state == .readable })
    else { return reports }
    return whole(name, reports)
  }

  /// The reports on files that are sound one by one, after reading them together.
  private func whole(_ name: DatasetName, _ reports: [FileReport]) -> [FileReport] {
    do throws(DatasetError) {
      _ = try read(name)
      return reports
    } catch {
      guard case .file(let culprit) = error else { return reports }
      return reports.map { report in
        report.path == culprit.path
          ? FileReport(path: report.path, state: .damaged(error.description)) : report
      }
    }
  }

  private func state(ofFile path: String, in name: DatasetName) -> FileReport.State {
    guard FileManager.default.fileExists(atPath: path) else { return .missing }
    let stem = (path as NSString).lastPathComponent
    let published = PublishedFile.files(of: name).first { $0.name == stem || $0.name == stem + ".gz" }
    do throws(DatasetError) {
      if let published {
        if try MD5.ofFile(path, decompressing: false) == published.md5 { return .original }
        if let content = published.contentMD5, try MD5.ofFile(path, decompressing: true) == content {
          return .sameContent
        }
      }
      try readAlone(path, of: name)
      return .readable
    } catch {
      return .damaged(error.description)
    }
  }

  private func readAlone(_ path: String, of name: DatasetName) throws(DatasetError) {
    let stem = (path as NSString).lastPathComponent
    if name == .cifar10 {
      _ =
        stem == CIFARDataset.archiveName
        ? try CIFARDataset.read(archive: path).train : try CIFARDataset.readFile(path)
    } else if stem.hasPrefix(IDXDataset.trainLabels) || stem.hasPrefix(IDXDataset.testLabels) {
      _ = try IDXFile.readLabels(path, classes: 10)
    } else {
      _ = try IDXFile.readImages(path)
    }
  }
}
