#include "stages/kernels/device_run.cuh"
#include "stages/kernels/element.cuh"
#include "stages/proposals/proposals_cuda.hpp"
#include "stages/proposals/proposals_kernels.hpp"

namespace roiflow {

template <class T>
void launch_proposals(cudaStream_t stream, const ProposalWork& work, const RpnMaps<T>& maps,
                      int images) {
  propose(DeviceRun(stream), work, maps, images);
}

template void launch_proposals(cudaStream_t, const ProposalWork&, const RpnMaps<float>&, int);
template void launch_proposals(cudaStream_t, const ProposalWork&, const RpnMaps<__half>&, int);
template void launch_proposals(cudaStream_t, const ProposalWork&, const RpnMaps<__nv_bfloat16>&,
                               int);

}  // namespace roiflow
