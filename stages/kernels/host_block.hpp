/// Kernels are written once and run in two places: on a GPU (device_block.cuh), and on the host,
/// where the tests compare them with their CPU twins. There are two forms.
///
/// An element kernel is a function object called once for every index, in any order:
///
///   struct Double {
///     float* values;
///     ROIFLOW_HOST_DEVICE void operator()(std::int64_t i) const { values[i] *= 2; }
///   };
///   run_each(Double{values}, count);
///
/// A block kernel is called once a block; its threads share `Shared` (plain data, undefined at the
/// start) and go from phase to phase together. A phase is one call of block.each(count, f): f(i)
/// for every i below count, in any order, all done and visible before the next phase begins. What
/// lies between phases runs in every thread with the same values and writes nothing shared.
///
///   struct CountPositive {
///     static constexpr int threads = 256;
///     struct Shared { int count; };
///     const float* values; int size; int* out;             // one block a row
///     template <class Block>
///     ROIFLOW_HOST_DEVICE void operator()(Block& block, Shared& shared, int row) const {
///       block.each(1, [&](int) { shared.count = 0; });
///       block.each(size, [&](int i) { if (values[row * size + i] > 0) block.add(shared.count, 1);
///       }); block.each(1, [&](int) { out[row] = shared.count; });
///     }
///   };
///   run_blocks(CountPositive{...}, rows);
///
/// Between the indices of one phase only `add` and `set_bits` may touch what another index touches.
/// Something shared that is read between two phases must not be written in the second of them:
/// another thread may be there already. (tests/support/thread_run.hpp finds such a race.)
/// HostBlock runs the indices of a phase in several orders over a test's life, so that a result
/// that depends on the order shows.
#pragma once

#include <cstdint>

namespace roiflow {

/// In which order HostBlock takes the indices of a phase.
enum class PhaseOrder { ascending, descending, interleaved };

class HostBlock {
 public:
  explicit HostBlock(PhaseOrder order) : order_(order) {}

  template <class F>
  void each(int count, const F& f) const {
    constexpr int stride = 7;
    switch (order_) {
      case PhaseOrder::ascending:
        for (int i = 0; i < count; ++i) f(i);
        break;
      case PhaseOrder::descending:
        for (int i = count; i-- > 0;) f(i);
        break;
      case PhaseOrder::interleaved:
        for (int first = stride; first-- > 0;) {
          for (int i = first; i < count; i += stride) f(i);
        }
        break;
    }
  }

  /// Atomic; returns what was there.
  static int add(int& counter, int amount) {
    const int before = counter;
    counter += amount;
    return before;
  }
  /// Atomic.
  static void set_bits(std::uint32_t& word, std::uint32_t bits) { word |= bits; }

 private:
  PhaseOrder order_;
};

/// Runs an element kernel for the indices 0 .. count - 1.
template <class Kernel>
void run_each(const Kernel& kernel, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) kernel(i);
}

/// Runs a block kernel for the blocks 0 .. blocks - 1. `Shared` starts with rubbish, as on a GPU.
template <class Kernel>
void run_blocks(const Kernel& kernel, int blocks, PhaseOrder order = PhaseOrder::ascending) {
  for (int block = 0; block < blocks; ++block) {
    HostBlock threads(order);
    typename Kernel::Shared shared;
    auto* bytes = reinterpret_cast<unsigned char*>(&shared);
    for (std::size_t i = 0; i < sizeof(shared); ++i) bytes[i] = 0xA5;
    kernel(threads, shared, block);
  }
}

}  // namespace roiflow
