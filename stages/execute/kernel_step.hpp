/// From a KernelStep to its kernel: the same on the host and on a GPU but for who runs the kernel.
#pragma once

#include <variant>

#include "stages/core/error_code.hpp"
#include "stages/execute/device_plan.hpp"
#include "stages/execute/layer_kernels.hpp"
#include "stages/execute/resample_kernels.hpp"

namespace roiflow {

template <class T>
[[nodiscard]] DeviceMap<T> map_of(T* data, const DeviceValue& value) {
  return {data, value.shape[1], value.shape[2], value.stride, value.shape[0]};
}

/// `memory(value)` gives the begin of the value's buffer as T*; `run(kernel, count)` runs an
/// element kernel for the indices 0 .. count - 1.
template <class T, class Memory, class Run>
class KernelStepRunner {
 public:
  KernelStepRunner(const DeviceStep& step, const Memory& memory, const Run& run)
      : step_(step),
        memory_(memory),
        run_(run),
        out_(map_of<T>(memory(step.output), step.output)) {}

  void operator()(const KernelStep& work) const {
    std::visit([this](const auto& kind) { this->compute(kind); }, work.kind);
  }

 private:
  [[nodiscard]] DeviceMap<const T> in(std::size_t index = 0) const {
    return map_of<const T>(memory_(step_.inputs[index]), step_.inputs[index]);
  }
  [[nodiscard]] std::int64_t elements() const { return step_.output.pixels() * out_.stride; }

  void compute(const MaxPool& pool) const { run_(MaxPoolKernel<T>{in(), out_, pool}, packs(out_)); }
  void compute(const GlobalMean&) const { run_(GlobalMeanKernel<T>{in(), out_}, packs(out_)); }
  void compute(const UpsampleNearest&) const { run_(NearestKernel<T>{in(), out_}, packs(out_)); }
  void compute(const EnlargeNearest&) const { run_(NearestKernel<T>{in(), out_}, packs(out_)); }
  void compute(const CropLike& crop) const {
    run_(CropKernel<T>{in(), out_, crop.offset}, packs(out_));
  }
  void compute(const Relu&) const {
    run_(PointwiseKernel<T>{in(), {}, out_, PointwiseKernel<T>::Mode::relu}, packs(out_));
  }
  void compute(const Scale& scale) const {
    run_(PointwiseKernel<T>{in(), {}, out_, PointwiseKernel<T>::Mode::scale, scale.factor},
         packs(out_));
  }
  void compute(const Add&) const {
    run_(PointwiseKernel<T>{in(0), in(1), out_, PointwiseKernel<T>::Mode::add}, packs(out_));
  }
  void compute(const UpsampleBilinear& upsample) const {
    run_(BilinearKernel<T>{in(), out_, upsample.factor}, packs(out_));
  }
  void compute(const ChannelSlice& slice) const {
    run_(SliceKernel<T>{in(), out_, slice.begin, slice.count}, elements());
  }
  void compute(const PixelShuffle& shuffle) const {
    run_(ShuffleKernel<T>{in(), out_, shuffle.factor, step_.output.shape[3]}, elements());
  }
  template <class Other>
  void compute(const Other&) const {
    throw Error(ErrorCode::internal, "layer " + step_.layer + ": no kernel");
  }

  const DeviceStep& step_;
  const Memory& memory_;
  const Run& run_;
  DeviceMap<T> out_;
};

}  // namespace roiflow
