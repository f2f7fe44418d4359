/// Proposals on a GPU: the kernels of proposals_kernels.hpp in their order. All memory that `work`
/// and `maps` name is the device's; nothing waits. Throws Error{device}.
#pragma once

#include <cuda_runtime_api.h>

#include "stages/proposals/proposal_work.hpp"

namespace roiflow {

/// T: float, __half or __nv_bfloat16.
template <class T>
void launch_proposals(cudaStream_t stream, const ProposalWork& work, const RpnMaps<T>& maps,
                      int images);

}  // namespace roiflow
