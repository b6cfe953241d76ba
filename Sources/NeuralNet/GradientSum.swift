internal import Kernels
import Synchronization

/// Adds up what the groups of a batch sum: in the order of the groups, whichever is done first, so that the total has
/// the same bits whatever the number of threads.
///
/// Each group borrows a buffer until it is added to the total. The one that came back last is lent first, since it is
/// still in a cache.
final class GradientSum {
  private struct State {
    /// Buffers that nobody uses.
    var free: [Int] = []
    /// Buffers of the groups that are done and not yet added.
    var done: [Int?] = []
    /// The first group that is not yet added.
    var next = 0
    var total: Int?
    /// Before which group the total is copied, for the gradient of the first half of a batch.
    var half: Int?
    /// Whether a thread is adding; it will see what others finish meanwhile.
    var isAdding = false

    /// What to add next, and to what; nil when it is not done, or another thread is at it.
    mutating func nextAddition() -> (total: Int, addend: Int, isHalf: Bool)? {
      guard !isAdding, next < done.count, let buffer = done[next] else { return nil }
      guard let total else {
        total = buffer
        next += 1
        return nextAddition()
      }
      isAdding = true
      return (total, buffer, next == half)
    }

    mutating func finishAddition(of addend: Int) {
      free.append(addend)
      next += 1
      isAdding = false
    }
  }

  private let buffers: [AlignedBuffer<Float>]
  private let kernels: UnsafePointer<KernelTable>
  private let count: Int
  private let state = Mutex(State())
  /// The sum of the first half of the groups, where it was asked for.
  private(set) lazy var halfTotal = AlignedBuffer<Float>(count: count)

  /// Room for so many groups at work or waiting for others, and the total, `count` floats each.
  init(buffers: Int, count: Int, _ kernels: UnsafePointer<KernelTable>) {
    self.buffers = (0..<buffers).map { _ in AlignedBuffer(count: count) }
    self.kernels = kernels
    self.count = count
  }

  var floatCount: Int { buffers.reduce(0) { $0 + $1.count } }

  /// Forgets the total, and expects the gradients of some groups.
  func begin(groups: Int, keepsHalf: Bool = false) {
    // Made by one thread, before others write to it.
    if keepsHalf { _ = halfTotal }
    state.withLock { [count = buffers.count] state in
      state = State(
        free: Array(0..<count), done: Array(repeating: nil, count: groups), half: keepsHalf ? groups / 2 : nil
      )
    }
  }

  /// The number of a buffer for a group, cleared.
  func lend() -> Int {
    let buffer = state.withLock { $0.free.removeLast() }
    buffers[buffer].elements.update(repeating: 0)
    return buffer
  }

  subscript(buffer: Int) -> UnsafeMutablePointer<Float> { buffers[buffer].pointer }

  /// Takes a group's buffer back, and adds what can be added.
  func finish(group: Int, _ buffer: Int) {
    var addition = state.withLock { state in
      state.done[group] = buffer
      return state.nextAddition()
    }
    while let (total, addend, isHalf) = addition {
      if isHalf { halfTotal.copy(buffers[total]) }
      kernels.pointee.add(buffers[total].count, self[total], self[addend], self[total])
      addition = state.withLock { state in
        state.finishAddition(of: addend)
        return state.nextAddition()
      }
    }
  }

  /// The sum of all groups, once each is finished.
  var total: UnsafeMutablePointer<Float>? { state.withLock { $0.total }.map { self[$0] } }
}
