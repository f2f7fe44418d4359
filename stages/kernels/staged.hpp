/// Reading what a StagingBlock (staging.hpp) holds, on either side of the copy.
#pragma once

#include <cstddef>
#include <cstdint>

#include "stages/kernels/host_device.hpp"

namespace roiflow {

/// The part that begins at `offset`.
template <class T>
ROIFLOW_HOST_DEVICE inline const T* staged(const std::byte* block, std::int64_t offset) {
  return reinterpret_cast<const T*>(block + offset);
}

}  // namespace roiflow
