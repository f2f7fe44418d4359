#include "stages/heads/box_result_cuda.hpp"
#include "stages/heads/box_result_kernels.hpp"
#include "stages/kernels/device_run.cuh"
#include "stages/kernels/element.cuh"

namespace roiflow {

template <class T>
void launch_box_result(cudaStream_t stream, const BoxResultWork& work,
                       const BoxHeadOutputs<T>& outputs, int images) {
  find_detections(DeviceRun(stream), work, outputs, images);
}

template void launch_box_result(cudaStream_t, const BoxResultWork&, const BoxHeadOutputs<float>&,
                                int);
template void launch_box_result(cudaStream_t, const BoxResultWork&, const BoxHeadOutputs<__half>&,
                                int);
template void launch_box_result(cudaStream_t, const BoxResultWork&,
                                const BoxHeadOutputs<__nv_bfloat16>&, int);

}  // namespace roiflow
