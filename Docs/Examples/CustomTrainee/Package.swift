// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "CustomTrainee",
  platforms: [.macOS(.v15)],
  dependencies: [
    // Elsewhere: .package(url: "...", from: "0.2.0", traits: []). Without traits it is the library alone, and no other
    // package is fetched.
    .package(name: "metalr", path: "../../..", traits: [])
  ],
  targets: [
    .executableTarget(name: "CustomTrainee", dependencies: [.product(name: "MetaLR", package: "metalr")])
  ]
)
