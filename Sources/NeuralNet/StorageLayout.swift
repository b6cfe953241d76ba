/// Gives each storage of a plan its place, so that those that are never needed at the same time share memory.
///
/// A storage that one phase alone touches lies in the workspace of a chunk, and its life is a range of steps. One
/// that several phases touch lies in the memory of the batch, and its life is a range of phases.
struct StorageLayout {
  private(set) var places: [Plan.Place]
  /// Floats of a tile in the workspace, in each phase.
  private(set) var chunkFloats: [Int]
  private(set) var batchFloats = 0
  /// Floats of a tile that each phase touches.
  private(set) var workingSets: [Int] = []

  private struct Life {
    var phases: ClosedRange<Int>
    var steps: ClosedRange<Int>
  }

  init(phases: [Plan.Phase], sizes: [Int]) {
    places = sizes.map { _ in .chunk(offset: 0) }
    chunkFloats = phases.map { _ in 0 }
    var lives = [Life?](repeating: nil, count: sizes.count)
    var step = 0
    for (index, phase) in phases.enumerated() {
      for operation in phase.steps {
        for storage in operation.storages {
          let born = lives[storage]
          lives[storage] = Life(
            phases: (born?.phases.lowerBound ?? index)...index,
            steps: (born?.steps.lowerBound ?? step)...step)
        }
        step += 1
      }
    }
    place(lives, sizes)
    for (index, phase) in phases.enumerated() {
      let touched = Set(phase.steps.flatMap(\.storages))
      let ofBatch = touched.reduce(0) { sum, storage in
        if case .batch = places[storage] { sum + sizes[storage] } else { sum }
      }
      workingSets.append(ofBatch + chunkFloats[index])
    }
  }

  private mutating func place(_ lives: [Life?], _ sizes: [Int]) {
    typealias Block = (life: ClosedRange<Int>, memory: Range<Int>)
    var chunk: [Block] = []
    var batch: [Block] = []
    for (storage, life) in lives.enumerated() {
      guard let life else { continue }
      // Sizes in whole cache lines keep every place aligned.
      let size = (sizes[storage] + 15) / 16 * 16
      if life.phases.count == 1 {
        let offset = Self.firstFit(life.steps, size, among: chunk)
        chunk.append((life.steps, offset..<offset + size))
        places[storage] = .chunk(offset: offset)
        let phase = life.phases.lowerBound
        chunkFloats[phase] = max(chunkFloats[phase], offset + size)
      } else {
        let offset = Self.firstFit(life.phases, size, among: batch)
        batch.append((life.phases, offset..<offset + size))
        places[storage] = .batch(offset: offset)
        batchFloats = max(batchFloats, offset + size)
      }
    }
  }

  /// The lowest place that no storage alive at the same time overlaps.
  private static func firstFit(
    _ life: ClosedRange<Int>, _ size: Int, among blocks: [(life: ClosedRange<Int>, memory: Range<Int>)]
  ) -> Int {
    let busy = blocks.filter { $0.life.overlaps(life) }.map(\.memory).sorted { $0.lowerBound < $1.lowerBound }
    var offset = 0
    for block in busy {
      if block.lowerBound >= offset + size { break }
      offset = max(offset, block.upperBound)
    }
    return offset
  }
}
