/// A sequence of kernels is written once as well: a function template over Run, which is HostRun
/// here and DeviceRun (device_run.cuh) on a GPU, where every call is enqueued behind the one
/// before.
///
/// Example: run.zero(counts, images); run.blocks(CountRows{...}, images); run.each(Sum{...}, n);
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "stages/kernels/host_block.hpp"

namespace roiflow {

class HostRun {
 public:
  explicit HostRun(PhaseOrder order = PhaseOrder::ascending) : order_(order) {}

  template <class T>
  void zero(T* values, std::size_t count) const {
    if (count > 0) std::memset(values, 0, count * sizeof(T));
  }
  template <class Kernel>
  void blocks(const Kernel& kernel, int count) const {
    run_blocks(kernel, count, order_);
  }
  template <class Kernel>
  void each(const Kernel& kernel, std::int64_t count) const {
    run_each(kernel, count);
  }

 private:
  PhaseOrder order_;
};

}  // namespace roiflow
