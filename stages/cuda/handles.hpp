/// Owners of CUDA's streams and events. They belong to the device that was current when they were
/// made; destructors ignore errors, since the device may be gone by then.
#pragma once

#include <memory>

#include <cuda_runtime_api.h>

namespace roiflow {

struct DestroyStream {
  void operator()(cudaStream_t stream) const noexcept { cudaStreamDestroy(stream); }
};
struct DestroyEvent {
  void operator()(cudaEvent_t event) const noexcept { cudaEventDestroy(event); }
};

using Stream = std::unique_ptr<CUstream_st, DestroyStream>;
using Event = std::unique_ptr<CUevent_st, DestroyEvent>;

/// Does not wait for the default stream.
Stream make_stream();
/// For waiting: the waiting thread sleeps, no times are taken.
Event make_event();
/// For measuring time between two of them.
Event make_timing_event();

}  // namespace roiflow
