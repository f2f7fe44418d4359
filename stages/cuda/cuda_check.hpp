/// Every call of CUDA's runtime is checked where it is made.
#pragma once

#include <string_view>

#include <cuda_runtime_api.h>

namespace roiflow {

/// Throws Error{device} that says `what`, names the status, and for a lack of memory the options
/// that need less of it.
void cuda_check(cudaError_t status, std::string_view what);

}  // namespace roiflow
