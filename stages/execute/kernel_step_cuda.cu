#include "stages/execute/kernel_step.hpp"
#include "stages/execute/kernel_step_cuda.hpp"
#include "stages/kernels/device_block.cuh"
#include "stages/kernels/element.cuh"

namespace roiflow {

template <class T>
void enqueue_kernel_step(cudaStream_t stream, const DevicePlan& plan, const DeviceStep& step,
                         std::byte* arena) {
  const auto memory = [&](const DeviceValue& value) {
    return reinterpret_cast<T*>(arena + plan.offsets[value.buffer]);
  };
  const auto run = [stream](const auto& kernel, std::int64_t count) {
    launch_each(stream, kernel, count);
  };
  KernelStepRunner<T, decltype(memory), decltype(run)>(step, memory,
                                                       run)(std::get<KernelStep>(step.work));
}

template void enqueue_kernel_step<float>(cudaStream_t, const DevicePlan&, const DeviceStep&,
                                         std::byte*);
template void enqueue_kernel_step<__half>(cudaStream_t, const DevicePlan&, const DeviceStep&,
                                          std::byte*);
template void enqueue_kernel_step<__nv_bfloat16>(cudaStream_t, const DevicePlan&, const DeviceStep&,
                                                 std::byte*);

}  // namespace roiflow
