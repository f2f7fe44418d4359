#include "stages/core/error.hpp"
#include "stages/execute/plan_builder.hpp"

namespace roiflow {

namespace {

using dnnl::memory;

memory::dims dims(const Extent2d& extent) {
  return {extent.h, extent.w};
}

/// oneDNN counts dilation from 0.
memory::dims dilations(const Extent2d& dilation) {
  return {dilation.h - 1, dilation.w - 1};
}

memory::desc plain_vector(std::int64_t count) {
  return {{count}, memory::data_type::f32, memory::format_tag::x};
}

/// Scratch memory is ours; the sum comes before the ReLU.
dnnl::primitive_attr fused(bool add, bool relu) {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  dnnl::post_ops operations;
  if (add) operations.append_sum(1.0F);
  if (relu) operations.append_eltwise(1.0F, dnnl::algorithm::eltwise_relu, 0.0F, 0.0F);
  attributes.set_post_ops(operations);
  return attributes;
}

memory::dims weight_dims(const Conv2d& conv, std::int64_t in_channels) {
  if (conv.groups == 1) return {conv.out_channels, in_channels, conv.kernel.h, conv.kernel.w};
  return {conv.groups, conv.out_channels / conv.groups, in_channels / conv.groups, conv.kernel.h,
          conv.kernel.w};
}

/// Columns of a linear layer from [channels][pixels] to [pixels][channels].
WeightTensor channels_last(const WeightTensor& old, std::int64_t pixels, std::int64_t channels) {
  WeightTensor changed{old.shape, std::vector<float>(old.values.size())};
  auto to = changed.values.begin();
  for (std::int64_t row = 0; row < old.shape[0]; ++row) {
    const float* from = old.values.data() + row * pixels * channels;
    for (std::int64_t pixel = 0; pixel < pixels; ++pixel) {
      for (std::int64_t channel = 0; channel < channels; ++channel) {
        *to++ = from[channel * pixels + pixel];
      }
    }
  }
  return changed;
}

bool winograd_applies(const Conv2d& conv) {
  return conv.kernel == Extent2d{3, 3} && conv.stride == Extent2d{1, 1} &&
         conv.dilation == Extent2d{1, 1} && conv.groups == 1;
}

}  // namespace

std::optional<dnnl::convolution_forward::primitive_desc> PlanBuilder::convolution(
    const Layer& layer, const Conv2d& conv, dnnl::algorithm algorithm) const {
  const Shape<4>& input = shape(layer.inputs.front());
  const memory::desc weights(weight_dims(conv, input[3]), memory::data_type::f32,
                             memory::format_tag::any);
  const memory::desc bias = conv.bias ? plain_vector(conv.out_channels) : memory::desc();
  try {
    const dnnl::convolution_forward::desc description(
        dnnl::prop_kind::forward_inference, algorithm, any_layout(layer.inputs.front()), weights,
        bias, any_layout(layer.name), dims(conv.stride), dilations(conv.dilation),
        dims(conv.padding), dims(conv.padding));
    return dnnl::convolution_forward::primitive_desc(description, fused(conv.add, conv.relu),
                                                     engine_);
  } catch (const dnnl::error& error) {
    if (error.status == dnnl_unimplemented) return std::nullopt;
    throw;
  }
}

void PlanBuilder::emit(const Layer& layer, const Conv2d& conv) {
  if (conv_algorithm_ != ConvAlgorithm::direct && winograd_applies(conv)) {
    if (const auto chosen = convolution(layer, conv, dnnl::algorithm::convolution_winograd)) {
      return emit_primitive(layer, conv, *chosen);
    }
    if (WinogradConvolution::applies(conv, shape(layer.inputs.front())[3])) {
      return emit_winograd(layer, conv);
    }
    require(conv_algorithm_ == ConvAlgorithm::automatic || winograd_kernels() != nullptr,
            ErrorCode::device,
            "layer {}: this CPU has no Winograd convolution; choose automatic or direct",
            layer.name);
  }
  const auto chosen = convolution(layer, conv, dnnl::algorithm::convolution_direct);
  require(chosen.has_value(), ErrorCode::device, "layer {}: oneDNN has no such convolution",
          layer.name);
  emit_primitive(layer, conv, *chosen);
}

void PlanBuilder::emit_winograd(const Layer& layer, const Conv2d& conv) {
  const std::string& input = layer.inputs.front();
  const auto [n, h, w, in_channels] = shape(input);
  const auto [out_n, out_h, out_w, out_channels] = shape(layer.name);
  const WinogradConvolution work(
      {n, h, w, in_channels, out_channels, out_h, out_w, conv.padding, conv.add, conv.relu});
  constexpr auto blocked = memory::format_tag::nChw8c;
  const Layout in_layout({n, in_channels, h, w}, memory::data_type::f32, blocked);
  const Layout out_layout({n, out_channels, out_h, out_w}, memory::data_type::f32, blocked);
  const Copy source = copy_in(input, in_layout, layer.name);
  const Copy out = conv.add ? addend_in_place(layer, out_layout, source.place)
                            : new_copy(layer.name, out_layout);
  const std::string weights = weights_.derived(layer.parameters + ".weight", "winograd",
                                               WinogradConvolution::transform_weights);
  const memory::desc numbers = plain_vector(winograd_numbers * in_channels * out_channels);
  std::vector<Operand> operands{operand(DNNL_ARG_SRC, source), operand(DNNL_ARG_DST, out),
                                weight_operand(DNNL_ARG_WEIGHTS, weights, numbers, numbers),
                                scratchpad({{static_cast<std::int64_t>(work.scratch_bytes())},
                                            memory::data_type::u8,
                                            memory::format_tag::x})};
  if (conv.bias) {
    const memory::desc bias = plain_vector(conv.out_channels);
    operands.push_back(weight_operand(DNNL_ARG_BIAS, layer.parameters + ".bias", bias, bias));
  }
  add_step(layer.name, "winograd:avx2", flops(layer), work, std::move(operands));
}

void PlanBuilder::emit_primitive(const Layer& layer, const Conv2d& conv,
                                 const dnnl::convolution_forward::primitive_desc& chosen) {
  const Copy source = copy_in(layer.inputs.front(), chosen.src_desc(), layer.name);
  const Copy out = conv.add ? addend_in_place(layer, chosen.dst_desc(), source.place)
                            : new_copy(layer.name, chosen.dst_desc());
  const memory::desc plain(weight_dims(conv, shape(layer.inputs.front())[3]),
                           memory::data_type::f32,
                           conv.groups == 1 ? memory::format_tag::oihw : memory::format_tag::goihw);
  std::vector<Operand> operands{
      operand(DNNL_ARG_SRC, source), operand(DNNL_ARG_DST, out),
      weight_operand(DNNL_ARG_WEIGHTS, layer.parameters + ".weight", plain, chosen.weights_desc())};
  if (conv.bias) {
    operands.push_back(weight_operand(DNNL_ARG_BIAS, layer.parameters + ".bias",
                                      plain_vector(conv.out_channels), chosen.bias_desc()));
  }
  if (chosen.scratchpad_desc().get_size() > 0) {
    operands.push_back(scratchpad(chosen.scratchpad_desc()));
  }
  add_step(layer.name, chosen.impl_info_str(), flops(layer), dnnl::convolution_forward(chosen),
           std::move(operands));
}

void PlanBuilder::emit(const Layer& layer, const ConvTranspose2d& conv) {
  const std::int64_t inputs = shape(layer.inputs.front())[3];
  const memory::dims weight_shape{conv.out_channels, inputs, conv.kernel.h, conv.kernel.w};
  const memory::desc weights(weight_shape, memory::data_type::f32, memory::format_tag::any);
  const memory::desc bias = conv.bias ? plain_vector(conv.out_channels) : memory::desc();
  const dnnl::deconvolution_forward::desc description(
      dnnl::prop_kind::forward_inference, dnnl::algorithm::deconvolution_direct,
      any_layout(layer.inputs.front()), weights, bias, any_layout(layer.name), dims(conv.stride),
      dims(conv.padding), dims(conv.padding));
  const dnnl::deconvolution_forward::primitive_desc chosen(description, fused(false, conv.relu),
                                                           engine_);
  // torch keeps these weights as [in, out, h, w].
  const memory::desc plain(weight_shape, memory::data_type::f32, memory::format_tag::iohw);
  const Copy source = copy_in(layer.inputs.front(), chosen.src_desc(), layer.name);
  std::vector<Operand> operands{
      operand(DNNL_ARG_SRC, source), operand(DNNL_ARG_DST, new_copy(layer.name, chosen.dst_desc())),
      weight_operand(DNNL_ARG_WEIGHTS, layer.parameters + ".weight", plain, chosen.weights_desc())};
  if (conv.bias) {
    operands.push_back(weight_operand(DNNL_ARG_BIAS, layer.parameters + ".bias",
                                      plain_vector(conv.out_channels), chosen.bias_desc()));
  }
  if (chosen.scratchpad_desc().get_size() > 0) {
    operands.push_back(scratchpad(chosen.scratchpad_desc()));
  }
  add_step(layer.name, chosen.impl_info_str(), flops(layer), dnnl::deconvolution_forward(chosen),
           std::move(operands));
}

void PlanBuilder::emit(const Layer& layer, const Linear& linear) {
  // As a 1x1 convolution over one image whose pixels are the rows: oneDNN's convolution is faster
  // than its inner product. Flattened NHWC, a row counts channels fastest; the weights follow.
  const auto [n, h, w, c] = shape(layer.inputs.front());
  const Copy source = copy_in(layer.inputs.front(), nhwc(layer.inputs.front()), layer.name);
  const Copy out = new_copy(layer.name, nhwc(layer.name));
  const auto rows = [&, rows_count = n](std::int64_t channels) {
    return memory::desc({1, channels, 1, rows_count}, memory::data_type::f32,
                        memory::format_tag::nhwc);
  };
  const memory::dims weight_shape{linear.out_features, h * w * c, 1, 1};
  const memory::desc weights(weight_shape, memory::data_type::f32, memory::format_tag::any);
  const memory::desc bias = linear.bias ? plain_vector(linear.out_features) : memory::desc();
  const dnnl::convolution_forward::desc description(
      dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct, rows(h * w * c),
      weights, bias, rows(linear.out_features), {1, 1}, {0, 0}, {0, 0});
  const dnnl::convolution_forward::primitive_desc chosen(description, fused(false, linear.relu),
                                                         engine_);
  std::string name = layer.parameters + ".weight";
  if (h * w > 1) {
    name = weights_.derived(name, "channels last", [h = h, w = w, c = c](const WeightTensor& old) {
      return channels_last(old, h * w, c);
    });
  }
  const memory::desc plain(weight_shape, memory::data_type::f32, memory::format_tag::oihw);
  std::vector<Operand> operands{
      operand(DNNL_ARG_SRC, {chosen.src_desc(), source.place}),
      operand(DNNL_ARG_DST, {chosen.dst_desc(), out.place}),
      weight_operand(DNNL_ARG_WEIGHTS, name, plain, chosen.weights_desc())};
  if (linear.bias) {
    operands.push_back(weight_operand(DNNL_ARG_BIAS, layer.parameters + ".bias",
                                      plain_vector(linear.out_features), chosen.bias_desc()));
  }
  if (chosen.scratchpad_desc().get_size() > 0) {
    operands.push_back(scratchpad(chosen.scratchpad_desc()));
  }
  add_step(layer.name, chosen.impl_info_str(), flops(layer), dnnl::convolution_forward(chosen),
           std::move(operands));
}

}  // namespace roiflow
