/// Runs plans that are meant for a GPU on the host: convolutions and products as plain loops over
/// the packed weights with float32 sums, everything else by the very kernels that the GPU runs.
/// Activations are of T and rounded to it wherever the GPU would round them. Memory is full of NaN
/// at the start, so that a step that reads what nobody wrote shows.
///
/// In a build with CUDA T may be __half or __nv_bfloat16 as well (include kernels/element.cuh).
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "stages/core/tensor.hpp"
#include "stages/execute/device_plan.hpp"
#include "stages/execute/device_weights.hpp"
#include "stages/execute/kernel_step.hpp"
#include "stages/kernels/host_block.hpp"

namespace roiflow {

template <class T>
class HostPlanRunner {
 public:
  /// A prepared model (stages/execute/prepare_model.hpp).
  explicit HostPlanRunner(Model model) : model_(std::move(model)) {}

  void prepare(std::span<const Shape<4>> inputs) {
    plan_ = make_device_plan(model_.graph, inputs, sizeof(T));
    const auto elements = static_cast<std::int64_t>(plan_.arena_bytes / sizeof(T) + 1);
    if (memory_.size() < elements) {
      memory_ = Tensor<T, 1>({elements});
      std::fill_n(memory_.view().data, elements, Element<T>::from_float(std::nanf("")));
    }
  }
  [[nodiscard]] const DevicePlan& plan() const { return plan_; }
  [[nodiscard]] T* at(const DeviceValue& value) const {
    return const_cast<T*>(memory_.view().data) + plan_.offsets[value.buffer] / sizeof(T);
  }
  void run() {
    for (const DeviceStep& step : plan_.steps) {
      std::visit([&](const auto& work) { compute(step, work); }, step.work);
    }
  }

 private:
  void compute(const DeviceStep& step, const KernelStep& work) const {
    const auto memory = [this](const DeviceValue& value) { return at(value); };
    const auto run = [](const auto& kernel, std::int64_t count) { run_each(kernel, count); };
    KernelStepRunner<T, decltype(memory), decltype(run)>(step, memory, run)(work);
  }

  void compute(const DeviceStep& step, const LinearStep& work) {
    const PackedLayer& layer = packed(work.parameters, work.columns, work.features,
                                      [&] { return pack(work, step.inputs[0], model_.weights); });
    const T* x = at(step.inputs[0]);
    T* y = at(step.output);
    std::vector<float> sums;
    for (std::int64_t row = 0; row < work.rows; ++row) {
      sums.assign(static_cast<std::size_t>(work.features), 0.0F);
      add_products(sums, x + row * work.columns, layer.weight.data(), work.columns);
      store(y + row * work.features, sums, layer, nullptr, work.layer.relu);
    }
  }

  void compute(const DeviceStep& step, const ConvolutionStep& work) {
    const Conv2d& c = work.layer;
    const std::int64_t channels = step.inputs[0].stride / c.groups;
    const std::int64_t window = c.kernel.h * c.kernel.w;
    const PackedLayer& layer = packed(work.parameters, window * channels, c.out_channels, [&] {
      return pack(work, step.inputs[0].stride, model_.weights);
    });
    const DeviceMap<const T> in = map_of<const T>(at(step.inputs[0]), step.inputs[0]);
    const DeviceMap<T> out = map_of(at(step.output), step.output);
    const T* addend = c.add ? at(step.inputs[1]) : nullptr;
    std::vector<float> sums;
    for (std::int64_t pixel = 0; pixel < step.output.pixels(); ++pixel) {
      const std::int64_t x = pixel % out.width, y = pixel / out.width % out.height;
      sums.assign(static_cast<std::size_t>(c.out_channels), 0.0F);
      for (std::int64_t at = 0; at < window; ++at) {
        const std::int64_t from_y = y * c.stride.h - c.padding.h + at / c.kernel.w * c.dilation.h;
        const std::int64_t from_x = x * c.stride.w - c.padding.w + at % c.kernel.w * c.dilation.w;
        if (from_y < 0 || from_y >= in.height || from_x < 0 || from_x >= in.width) continue;
        const T* source = in.pixel(pixel / (out.width * out.height), from_y, from_x);
        const float* filters = layer.weight.data() + at * channels * c.out_channels;
        if (c.groups == 1) {
          add_products(sums, source, filters, channels);
        } else {
          add_group_products(sums, source, filters, channels, c.out_channels / c.groups);
        }
      }
      store(out.data + pixel * out.stride, sums, layer,
            addend == nullptr ? nullptr : addend + pixel * out.stride, c.relu);
    }
  }

  /// sums[k] += x[i] * w[i][k]
  static void add_products(std::vector<float>& sums, const T* x, const float* w,
                           std::int64_t count) {
    const std::size_t outputs = sums.size();
    float* __restrict const sum = sums.data();
    for (std::int64_t i = 0; i < count; ++i) {
      const float value = Element<T>::to_float(x[i]);
      const float* row = w + i * static_cast<std::int64_t>(outputs);
      for (std::size_t k = 0; k < outputs; ++k) sum[k] += value * row[k];
    }
  }
  static void add_group_products(std::vector<float>& sums, const T* x, const float* w,
                                 std::int64_t channels, std::int64_t outputs_of_group) {
    const auto outputs = std::ssize(sums);
    for (std::int64_t k = 0; k < outputs; ++k) {
      const T* from = x + k / outputs_of_group * channels;
      for (std::int64_t i = 0; i < channels; ++i) {
        sums[static_cast<std::size_t>(k)] += Element<T>::to_float(from[i]) * w[i * outputs + k];
      }
    }
  }
  static void store(T* to, const std::vector<float>& sums, const PackedLayer& layer,
                    const T* addend, bool relu) {
    for (std::size_t k = 0; k < sums.size(); ++k) {
      float value = sums[k];
      if (addend != nullptr) value += Element<T>::to_float(addend[k]);
      if (!layer.bias.empty()) value += layer.bias[k];
      if (relu && value < 0) value = 0;
      to[k] = Element<T>::from_float(value);
    }
  }

  /// Weights and bias rounded to T, as they are uploaded; weights turned to [inputs][outputs].
  template <class Make>
  const PackedLayer& packed(const std::string& name, std::int64_t inputs, std::int64_t outputs,
                            const Make& make) {
    const auto known = layers_.find(name);
    if (known != layers_.end()) return known->second;
    PackedLayer layer = make();
    std::vector<float> turned(layer.weight.size());
    for (std::int64_t o = 0; o < outputs; ++o) {
      for (std::int64_t i = 0; i < inputs; ++i) {
        turned[static_cast<std::size_t>(i * outputs + o)] =
            rounded(layer.weight[static_cast<std::size_t>(o * inputs + i)]);
      }
    }
    layer.weight = std::move(turned);
    std::ranges::transform(layer.bias, layer.bias.begin(), rounded);
    return layers_.emplace(name, std::move(layer)).first->second;
  }
  static float rounded(float value) { return Element<T>::to_float(Element<T>::from_float(value)); }

  Model model_;
  DevicePlan plan_;
  Tensor<T, 1> memory_;
  std::map<std::string, PackedLayer, std::less<>> layers_;
};

/// The outputs without padding, in float32.
std::vector<Tensor<float, 4>> run_on_host(const Model& model,
                                          const std::vector<Tensor<float, 4>>& inputs);

}  // namespace roiflow
