#include "tests/support/host_device_plan.hpp"

#include <algorithm>
#include <cmath>

#include "stages/execute/device_weights.hpp"
#include "stages/execute/kernel_step.hpp"
#include "stages/kernels/host_block.hpp"

namespace roiflow {
namespace {

class HostArena {
 public:
  explicit HostArena(const DevicePlan& plan)
      : plan_(plan), memory_({static_cast<std::int64_t>(plan.arena_bytes / sizeof(float) + 1)}) {
    std::fill_n(memory_.view().data, memory_.size(), std::nanf(""));
  }
  float* operator()(const DeviceValue& value) const {
    return const_cast<float*>(memory_.view().data) + plan_.offsets[value.buffer] / sizeof(float);
  }

 private:
  const DevicePlan& plan_;
  Tensor<float, 1> memory_;
};

struct HostSteps {
  const HostArena& memory;
  const Weights& weights;
  const DeviceStep& step;

  void operator()(const KernelStep& work) const {
    const auto run = [](const auto& kernel, std::int64_t count) { run_each(kernel, count); };
    KernelStepRunner<float, HostArena, decltype(run)>(step, memory, run)(work);
  }

  void operator()(const LinearStep& work) const {
    const PackedLayer packed = pack(work, step.inputs[0], weights);
    const float* x = memory(step.inputs[0]);
    float* y = memory(step.output);
    for (std::int64_t row = 0; row < work.rows; ++row) {
      for (std::int64_t feature = 0; feature < work.features; ++feature) {
        double sum = packed.bias[static_cast<std::size_t>(feature)];
        for (std::int64_t c = 0; c < work.columns; ++c) {
          sum += static_cast<double>(x[row * work.columns + c]) *
                 packed.weight[static_cast<std::size_t>(feature * work.columns + c)];
        }
        if (work.layer.relu) sum = std::max(sum, 0.0);
        y[row * work.features + feature] = static_cast<float>(sum);
      }
    }
  }

  void operator()(const ConvolutionStep& work) const {
    const PackedLayer packed = pack(work, step.inputs[0].stride, weights);
    const DeviceMap<const float> in = map_of<const float>(memory(step.inputs[0]), step.inputs[0]);
    const DeviceMap<float> out = map_of(memory(step.output), step.output);
    for (std::int64_t n = 0; n < out.images; ++n) {
      for (std::int64_t y = 0; y < out.height; ++y) {
        for (std::int64_t x = 0; x < out.width; ++x) {
          for (std::int64_t k = 0; k < out.stride; ++k) {
            double sum = convolve(work, packed, in, {n, y, x, k});
            const std::int64_t at = out.pixel(n, y, x) + k - out.data;
            if (work.layer.add) sum += memory(step.inputs[1])[at];
            if (work.layer.bias) sum += packed.bias[static_cast<std::size_t>(k)];
            if (work.layer.relu) sum = std::max(sum, 0.0);
            out.data[at] = static_cast<float>(sum);
          }
        }
      }
    }
  }

 private:
  static double convolve(const ConvolutionStep& work, const PackedLayer& packed,
                         const DeviceMap<const float>& in, const PackPlace& at) {
    const Conv2d& c = work.layer;
    const std::int64_t channels = in.stride / c.groups;
    const std::int64_t group = at.channel / (c.out_channels / c.groups);
    double sum = 0;
    for (std::int64_t i = 0; i < c.kernel.h; ++i) {
      const std::int64_t y = at.y * c.stride.h - c.padding.h + i * c.dilation.h;
      if (y < 0 || y >= in.height) continue;
      for (std::int64_t j = 0; j < c.kernel.w; ++j) {
        const std::int64_t x = at.x * c.stride.w - c.padding.w + j * c.dilation.w;
        if (x < 0 || x >= in.width) continue;
        const float* pixel = in.pixel(at.n, y, x) + group * channels;
        const float* filter =
            packed.weight.data() + ((at.channel * c.kernel.h + i) * c.kernel.w + j) * channels;
        for (std::int64_t k = 0; k < channels; ++k) sum += double{pixel[k]} * double{filter[k]};
      }
    }
    return sum;
  }
};

}  // namespace

std::vector<Tensor<float, 4>> run_on_host(const DevicePlan& plan, const Weights& weights,
                                          const std::vector<Tensor<float, 4>>& inputs) {
  const HostArena memory(plan);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const DeviceValue& place = plan.inputs[i];
    const std::int64_t channels = place.shape[3];
    float* to = memory(place);
    for (std::int64_t p = 0; p < place.pixels(); ++p) {
      std::fill_n(to + p * place.stride, place.stride, 0.0F);
      std::copy_n(inputs[i].view().data + p * channels, channels, to + p * place.stride);
    }
  }
  for (const DeviceStep& step : plan.steps) std::visit(HostSteps{memory, weights, step}, step.work);
  std::vector<Tensor<float, 4>> outputs;
  for (const DeviceValue& place : plan.outputs) {
    Tensor<float, 4>& output = outputs.emplace_back(place.shape);
    const std::int64_t channels = place.shape[3];
    for (std::int64_t p = 0; p < place.pixels(); ++p) {
      std::copy_n(memory(place) + p * place.stride + place.first, channels,
                  output.view().data + p * channels);
    }
  }
  return outputs;
}

}  // namespace roiflow
