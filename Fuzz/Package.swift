// swift-tools-version: 6.1
import PackageDescription

// A package of its own, so that nobody who uses metalr builds it. `Scripts/fuzz` does, with libFuzzer.
let package = Package(
  name: "fuzz",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "metalr", path: "..", traits: [])],
  targets: [
    .executableTarget(name: "Fuzz", dependencies: [.product(name: "MetaLR", package: "metalr")])
  ]
)
