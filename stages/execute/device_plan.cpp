#include "stages/execute/device_plan.hpp"

#include <algorithm>
#include <map>

#include "stages/core/error.hpp"
#include "stages/execute/arena_layout.hpp"
#include "stages/model/shape_rules.hpp"

namespace roiflow {
namespace {

constexpr std::size_t buffer_alignment = 256;  // bytes; cuDNN and cuBLASLt ask for 16

class DevicePlanBuilder {
 public:
  DevicePlanBuilder(const ModelGraph& graph, std::span<const Shape<4>> inputs,
                    std::size_t element_bytes)
      : graph_(graph), shapes_(infer_shapes(graph, inputs)), element_bytes_(element_bytes) {
    for (const GraphInput& input : graph.inputs) {
      plan_.inputs.push_back(new_value(input.name, shape(input.name)[3]));
      keep(plan_.inputs.back());
    }
  }

  DevicePlan build() && {
    for (const Layer& layer : graph_.layers) {
      std::visit([&](const auto& kind) { emit(layer, kind); }, layer.kind);
    }
    for (const GraphOutput& output : graph_.outputs) {
      plan_.outputs.push_back(value(output.value));
      keep(plan_.outputs.back());
    }
    const ArenaLayout layout = plan_arena(lives());
    plan_.offsets = layout.offsets;
    plan_.arena_bytes = layout.bytes;
    return std::move(plan_);
  }

 private:
  [[nodiscard]] const Shape<4>& shape(const std::string& name) const {
    return shapes_.find(name)->second;
  }
  [[nodiscard]] const DeviceValue& value(const std::string& name) const {
    return values_.find(name)->second;
  }
  [[nodiscard]] int now() const { return static_cast<int>(plan_.steps.size()); }

  /// A buffer of its own for the layer's output.
  DeviceValue new_value(const std::string& name, std::int64_t channels) {
    DeviceValue made{
        .buffer = buffers_.size(), .shape = shape(name), .stride = padded_channels(channels)};
    const auto elements = static_cast<std::size_t>(made.pixels() * made.stride);
    const std::size_t bytes = elements * element_bytes_;
    buffers_.push_back(
        {(bytes + buffer_alignment - 1) / buffer_alignment * buffer_alignment, now(), now()});
    values_.insert_or_assign(name, made);
    return made;
  }

  /// Inputs and outputs are read and written from outside: nothing may lie over them.
  void keep(const DeviceValue& kept) {
    buffers_[kept.buffer].first = 0;
    kept_.push_back(kept.buffer);
  }

  [[nodiscard]] std::vector<BufferLife> lives() const {
    std::vector<BufferLife> lives = buffers_;
    for (const std::size_t buffer : kept_) lives[buffer].last = now();
    return lives;
  }

  /// The value as a tensor of its own; copied if it is a part of a wider one.
  DeviceValue packed(const Layer& layer, std::size_t input) {
    const std::string& name = layer.inputs[input];
    const DeviceValue part = value(name);
    if (part.first == 0 && part.stride == padded_channels(part.shape[3])) return part;
    const DeviceValue copy = new_value(name, part.shape[3]);
    add_step(layer.name, 0, KernelStep{ChannelSlice{part.first, part.shape[3]}}, {part}, copy);
    return copy;
  }

  void add_step(const std::string& layer, double flops, decltype(DeviceStep::work) work,
                std::vector<DeviceValue> inputs, const DeviceValue& output) {
    for (const DeviceValue& input : inputs) buffers_[input.buffer].last = now();
    buffers_[output.buffer].last = now();
    plan_.steps.push_back({layer, flops, std::move(work), std::move(inputs), output});
  }

  [[nodiscard]] double flops(const Layer& layer) const {
    return floating_point_operations(layer.kind, shape(layer.inputs.front()), shape(layer.name));
  }

  void emit(const Layer& layer, const Conv2d& conv) {
    std::vector<DeviceValue> inputs{packed(layer, 0)};
    if (conv.add) inputs.push_back(packed(layer, 1));
    const std::int64_t channels = inputs.front().shape[3];
    const DeviceValue output = new_value(layer.name, conv.out_channels);
    ConvolutionStep step{conv, layer.parameters, channels, conv.out_channels};
    step.layer.out_channels = output.stride;
    step.layer.bias = conv.bias || conv.add || conv.relu;
    if (conv.groups > 1) {
      const bool depthwise = conv.groups == channels && conv.groups == conv.out_channels;
      const bool whole = channels == inputs.front().stride && conv.out_channels == output.stride;
      require(depthwise || whole, ErrorCode::device,
              "layer {}: a convolution of {} groups from {} to {} channels has no GPU step (unless "
              "it is depthwise, channels must be multiples of {})",
              layer.name, conv.groups, channels, conv.out_channels, channel_multiple);
      if (depthwise) step.layer.groups = output.stride;
    }
    add_step(layer.name, flops(layer), std::move(step), std::move(inputs), output);
  }

  void emit(const Layer& layer, const Linear& linear) {
    const DeviceValue input = packed(layer, 0);
    const DeviceValue output = new_value(layer.name, linear.out_features);
    LinearStep step{linear, layer.parameters, input.shape[0],
                    input.shape[1] * input.shape[2] * input.stride, output.stride};
    add_step(layer.name, flops(layer), std::move(step), {input}, output);
  }

  /// Read where it is: no step at all.
  void emit(const Layer& layer, const ChannelSlice& slice) {
    DeviceValue part = value(layer.inputs.front());
    part.shape = shape(layer.name);
    part.first += slice.begin;
    values_.insert_or_assign(layer.name, part);
  }

  void emit(const Layer& layer, const UpsampleNearest& kind) { emit_kernel(layer, kind, 1); }
  void emit(const Layer& layer, const CropLike& kind) { emit_kernel(layer, kind, 1); }
  void emit(const Layer& layer, const Add& kind) { emit_kernel(layer, kind, 2); }
  template <class Kind>
  void emit(const Layer& layer, const Kind& kind) {
    emit_kernel(layer, kind, 1);
  }
  void emit(const Layer& layer, const BatchNorm&) { refuse(layer, "a batch norm of its own"); }
  void emit(const Layer& layer, const ConvTranspose2d&) {
    refuse(layer, "a transposed convolution whose windows overlap");
  }

  [[noreturn]] static void refuse(const Layer& layer, std::string_view what) {
    fail(ErrorCode::device, "layer {}: {} has no GPU step", layer.name, what);
  }

  /// `read`: so many of the layer's inputs; of further ones only the shape counts.
  void emit_kernel(const Layer& layer, const LayerKind& kind, std::size_t read) {
    std::vector<DeviceValue> inputs;
    for (std::size_t i = 0; i < read; ++i) {
      inputs.push_back(packed(layer, i));
      require(inputs.back().stride % channel_multiple == 0, ErrorCode::device,
              "layer {}: {} channels a pixel are too few for a GPU step", layer.name,
              inputs.back().shape[3]);
    }
    const DeviceValue output = new_value(layer.name, shape(layer.name)[3]);
    add_step(layer.name, flops(layer), KernelStep{kind}, std::move(inputs), output);
  }

  const ModelGraph& graph_;
  ValueShapes shapes_;
  std::size_t element_bytes_;
  std::map<std::string, DeviceValue, std::less<>> values_;
  std::vector<BufferLife> buffers_;
  std::vector<std::size_t> kept_;
  DevicePlan plan_;
};

}  // namespace

DevicePlan make_device_plan(const ModelGraph& model, std::span<const Shape<4>> inputs,
                            std::size_t element_bytes) {
  return DevicePlanBuilder(model, inputs, element_bytes).build();
}

}  // namespace roiflow
