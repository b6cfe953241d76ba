// swift-tools-version: 6.1
import PackageDescription

/// Users of the library alone get no package but this one.
let program = TargetDependencyCondition.when(traits: ["Program"])
/// Nor does the service's cost those who only train.
let service = TargetDependencyCondition.when(traits: ["Service"])

let package = Package(
  name: "metalr",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "metalr", targets: ["Command"]),
    .library(name: "MetaLR", targets: ["MetaLR", "BuiltInTrainees", "Training", "Schedules"]),
  ],
  traits: [
    .trait(
      name: "Program",
      description:
        "The command, and the package that it needs. Without it: the library alone."),
    .trait(
      name: "Service",
      description: "The service (metalr serve), and the packages that it needs.",
      enabledTraits: ["Program"]),
    .trait(
      name: "MPI", description: "Spread work over the ranks of an MPI job (Docs/Scale-out.md).",
      enabledTraits: ["Program"]),
    .default(enabledTraits: ["Program", "Service"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.10.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.100.0"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(
      url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: ["FullFoundation"]),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.12.0"),
  ],
  targets: [
    // The command. Its target is not called `metalr`, because `MetaLR` would be the same folder on a
    // file system that ignores case.
    .executableTarget(
      name: "Command",
      dependencies: [
        "Training", "Experiments", "Reports", "MetaLR", "BuiltInTrainees", "MPIJob", "Schedules", "Datasets",
        "NeuralNet",
        "Files", "Randomness", .target(name: "Service", condition: service),
        .product(name: "ArgumentParser", package: "swift-argument-parser", condition: program),
      ]),

    // HTTP, the run store on SQLite, the dashboard.
    .target(
      name: "Service",
      dependencies: [
        "MetaLR", "Schedules", "Files",
        .product(name: "Crypto", package: "swift-crypto", condition: service),
        .product(name: "GRDB", package: "GRDB.swift", condition: service),
        .product(name: "HTTPTypes", package: "swift-http-types", condition: service),
        .product(name: "Hummingbird", package: "hummingbird", condition: service),
        .product(name: "Logging", package: "swift-log", condition: service),
        .product(name: "Metrics", package: "swift-metrics", condition: service),
        .product(name: "NIOConcurrencyHelpers", package: "swift-nio", condition: service),
        .product(name: "NIOCore", package: "swift-nio", condition: service),
        .product(name: "NIOHTTP1", package: "swift-nio", condition: service),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras", condition: service),
        .product(name: "NIOSSL", package: "swift-nio-ssl", condition: service),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle", condition: service),
      ],
      resources: [.embedInCode("Resources")]),

    // Packages stop here: everything below depends on the toolchain and zlib alone.
    .target(
      name: "Experiments",
      dependencies: [
        "MetaLR", "BuiltInTrainees", "Schedules", "Datasets", "NeuralNet", "Files", "Randomness",
      ]),
    .target(
      name: "Training",
      dependencies: [
        "Experiments", "Reports", "MetaLR", "BuiltInTrainees", "Schedules", "Files", "Randomness",
      ]),
    .target(name: "Reports", dependencies: ["Files"]),
    .target(
      name: "MetaLR",
      dependencies: ["PPO", "Trainee", "Schedules", "NeuralNet", "Files", "Randomness"]),
    .target(name: "BuiltInTrainees", dependencies: ["Trainee", "NeuralNet", "Datasets", "Randomness"]),
    .target(name: "MPIJob", dependencies: ["MetaLR", "CMPIShim"]),
    // With the trait it needs libopenmpi-dev (or another MPI); without, nothing.
    .target(
      name: "CMPIShim", dependencies: [.target(name: "CMPI", condition: .when(traits: ["MPI"]))],
      cSettings: [.define("HAVE_MPI", .when(traits: ["MPI"]))]),
    .systemLibrary(
      name: "CMPI", pkgConfig: "mpi-c",
      providers: [.apt(["libopenmpi-dev", "openmpi-bin"]), .brew(["open-mpi"])]),
    .target(name: "PPO", dependencies: ["NeuralNet", "Randomness"]),
    .target(name: "Trainee"),
    .target(name: "Schedules"),
    .target(name: "Datasets", dependencies: ["CZlib", "Files", "Randomness"]),
    .target(name: "NeuralNet", dependencies: ["Kernels", "Randomness"]),
    .target(name: "Kernels", linkerSettings: [.linkedLibrary("m")]),
    .target(name: "Files"),
    .target(name: "Randomness"),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib",
      providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),

    .testTarget(name: "KernelsTests", dependencies: ["Kernels", "Randomness"]),
    .testTarget(name: "RandomnessTests", dependencies: ["Randomness"]),
    .testTarget(name: "FilesTests", dependencies: ["Files"]),
    .testTarget(name: "NeuralNetTests", dependencies: ["NeuralNet"], resources: [.copy("Fixtures")]),
    .testTarget(
      name: "DatasetsTests", dependencies: ["Datasets", "Files", "Randomness"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "PPOTests", dependencies: ["PPO", "Randomness"], resources: [.copy("Fixtures")]),
    .testTarget(name: "TraineeTests", dependencies: ["Trainee"], exclude: ["misbehaving.py"]),
    .testTarget(name: "BuiltInTraineesTests", dependencies: ["BuiltInTrainees"]),
    .testTarget(name: "SchedulesTests", dependencies: ["Schedules"], resources: [.copy("Fixtures")]),
    .testTarget(name: "MetaLRTests", dependencies: ["MetaLR", "Schedules", "Files"]),
    .testTarget(
      name: "ReportsTests", dependencies: ["Reports", "Files"], resources: [.copy("Fixtures")]),
    .testTarget(
      name: "ExperimentsTests", dependencies: ["Experiments", "Datasets", "Files"],
      resources: [.copy("Fixtures")]),
    .testTarget(name: "TrainingTests", dependencies: ["Training", "MetaLR", "Files"]),
    .testTarget(name: "MPIJobTests", dependencies: ["MPIJob"]),
    .testTarget(
      name: "CommandTests", dependencies: ["Command"],
      exclude: ["served_looks.py", "served_runs.py", "training_client.py"]),
    .testTarget(
      name: "ServiceTests",
      dependencies: ["Service", .product(name: "Yams", package: "Yams", condition: service)]),
  ],
  cLanguageStandard: .c17
)
