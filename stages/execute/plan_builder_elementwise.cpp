#include <algorithm>
#include <array>
#include <optional>

#include "stages/core/error.hpp"
#include "stages/execute/plan_builder.hpp"

namespace roiflow {

namespace {

using dnnl::memory;

dnnl::primitive_attr own_scratchpad() {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

/// Channels that lie together in memory: 8 or 16 in oneDNN's blocked layouts, else nothing.
std::optional<std::int64_t> channel_block(const memory::desc& layout) {
  for (const auto& [tag, block] : {std::pair{memory::format_tag::nChw8c, std::int64_t{8}},
                                   std::pair{memory::format_tag::nChw16c, std::int64_t{16}}}) {
    if (layout == memory::desc(layout.dims(), memory::data_type::f32, tag)) return block;
  }
  return std::nullopt;
}

}  // namespace

void PlanBuilder::emit(const Layer& layer, const BatchNorm&) {
  fail(ErrorCode::usage, "layer {}: batch norm is computed only right behind a convolution",
       layer.name);
}

void PlanBuilder::emit_pointwise(const Layer& layer, dnnl::algorithm algorithm, float alpha) {
  const Copy source = some_copy(layer.inputs.front());
  const dnnl::eltwise_forward::desc description(dnnl::prop_kind::forward_inference, algorithm,
                                                source.layout, alpha);
  const dnnl::eltwise_forward::primitive_desc chosen(description, own_scratchpad(), engine_);
  const Copy out = new_copy(layer.name, source.layout);
  add_step(layer.name, chosen.impl_info_str(), flops(layer), dnnl::eltwise_forward(chosen),
           {operand(DNNL_ARG_SRC, source), operand(DNNL_ARG_DST, out)});
}

void PlanBuilder::emit(const Layer& layer, const Relu&) {
  emit_pointwise(layer, dnnl::algorithm::eltwise_relu, 0.0F);
}

void PlanBuilder::emit(const Layer& layer, const Scale& scale) {
  emit_pointwise(layer, dnnl::algorithm::eltwise_linear, scale.factor);
}

void PlanBuilder::emit(const Layer& layer, const Add&) {
  const Copy first = some_copy(layer.inputs[0]);
  const Copy second = copy_in(layer.inputs[1], first.layout, layer.name);
  const dnnl::binary::desc description(dnnl::algorithm::binary_add, first.layout, second.layout,
                                       first.layout);
  const dnnl::binary::primitive_desc chosen(description, own_scratchpad(), engine_);
  const Copy out = new_copy(layer.name, first.layout);
  add_step(layer.name, chosen.impl_info_str(), flops(layer), dnnl::binary(chosen),
           {operand(DNNL_ARG_SRC_0, first), operand(DNNL_ARG_SRC_1, second),
            operand(DNNL_ARG_DST, out)});
}

void PlanBuilder::emit_pooling(const Layer& layer, dnnl::algorithm algorithm, const MaxPool& pool) {
  const Copy source = some_copy(layer.inputs.front());
  const Shape<4>& in = shape(layer.inputs.front());
  const Shape<4>& out_shape = shape(layer.name);
  const memory::dims kernel{pool.kernel.h, pool.kernel.w};
  const memory::dims stride{pool.stride.h, pool.stride.w};
  const memory::dims before{pool.padding.h, pool.padding.w};
  // With ceil_mode the last window may reach further over the edge than the padding.
  const auto behind = [](std::int64_t size, std::int64_t windows, std::int64_t window,
                         std::int64_t step, std::int64_t padding) {
    return std::max(padding, (windows - 1) * step + window - size - padding);
  };
  const memory::dims after{
      behind(in[1], out_shape[1], pool.kernel.h, pool.stride.h, pool.padding.h),
      behind(in[2], out_shape[2], pool.kernel.w, pool.stride.w, pool.padding.w)};
  const dnnl::pooling_forward::desc description(dnnl::prop_kind::forward_inference, algorithm,
                                                source.layout, any_layout(layer.name), stride,
                                                kernel, before, after);
  const dnnl::pooling_forward::primitive_desc chosen(description, own_scratchpad(), engine_);
  const Copy out = new_copy(layer.name, chosen.dst_desc());
  std::vector<Operand> operands{operand(DNNL_ARG_SRC, source), operand(DNNL_ARG_DST, out)};
  if (chosen.scratchpad_desc().get_size() > 0) {
    operands.push_back(scratchpad(chosen.scratchpad_desc()));
  }
  add_step(layer.name, chosen.impl_info_str(), flops(layer), dnnl::pooling_forward(chosen),
           std::move(operands));
}

void PlanBuilder::emit(const Layer& layer, const MaxPool& pool) {
  emit_pooling(layer, dnnl::algorithm::pooling_max, pool);
}

void PlanBuilder::emit(const Layer& layer, const GlobalMean&) {
  const Shape<4>& in = shape(layer.inputs.front());
  emit_pooling(layer, dnnl::algorithm::pooling_avg_exclude_padding,
               {.kernel = {in[1], in[2]}, .stride = {in[1], in[2]}});
}

void PlanBuilder::emit(const Layer& layer, const UpsampleNearest&) {
  emit_upsample(layer);
}

void PlanBuilder::emit(const Layer& layer, const EnlargeNearest&) {
  emit_upsample(layer);
}

void PlanBuilder::emit_upsample(const Layer& layer) {
  Copy source = some_copy(layer.inputs.front());
  const std::optional<std::int64_t> blocked = channel_block(source.layout);
  if (!blocked) source = copy_in(layer.inputs.front(), nhwc(layer.inputs.front()), layer.name);
  const Shape<4>& in = shape(layer.inputs.front());
  const Shape<4>& out = shape(layer.name);
  const std::int64_t block = blocked.value_or(in[3]);
  const std::int64_t outer = in[0] * ((in[3] + block - 1) / block);
  const Layout layout =
      !blocked ? nhwc(layer.name)
               : Layout(any_layout(layer.name).dims(), memory::data_type::f32,
                        *blocked == 8 ? memory::format_tag::nChw8c : memory::format_tag::nChw16c);
  const Copy value = new_copy(layer.name, layout);
  add_step(layer.name, "upsample", 0, Upsample(outer, block, {in[1], in[2]}, {out[1], out[2]}),
           {operand(DNNL_ARG_SRC, source), operand(DNNL_ARG_DST, value)});
}

void PlanBuilder::emit(const Layer& layer, const ChannelSlice& slice) {
  const std::string& input = layer.inputs.front();
  const Copy source = copy_in(input, nhwc(input), layer.name);
  const auto [n, h, w, c] = shape(layer.name);
  const Layout part = source.layout.submemory_desc({n, slice.count, h, w}, {0, slice.begin, 0, 0});
  const Copy out = new_copy(layer.name, nhwc(layer.name));
  add_reorder(layer.name, {DNNL_ARG_FROM, part, source.place, {}}, operand(DNNL_ARG_TO, out));
}

void PlanBuilder::emit(const Layer& layer, const PixelShuffle& shuffle) {
  // One reorder of six axes: both sides are [n, h, i, w, j, c], with different strides.
  const std::string& input = layer.inputs.front();
  const Copy source = copy_in(input, nhwc(input), layer.name);
  const auto [n, h, w, in_channels] = shape(input);
  const auto [fh, fw] = shuffle.factor;
  const std::int64_t c = shape(layer.name)[3];
  const memory::dims axes{n, h, fh, w, fw, c};
  const memory::dims from{h * w * in_channels, w * in_channels, fw * c, in_channels, c, 1};
  const memory::dims to{h * fh * w * fw * c, fh * w * fw * c, w * fw * c, fw * c, c, 1};
  const Copy out = new_copy(layer.name, nhwc(layer.name));
  add_reorder(layer.name, {DNNL_ARG_FROM, {axes, memory::data_type::f32, from}, source.place, {}},
              {DNNL_ARG_TO, {axes, memory::data_type::f32, to}, out.place, {}});
}

void PlanBuilder::emit(const Layer& layer, const UpsampleBilinear& upsample) {
  const std::string& input = layer.inputs.front();
  const Copy source = copy_in(input, nhwc(input), layer.name);
  const Copy out = new_copy(layer.name, nhwc(layer.name));
  add_step(layer.name, "upsample", flops(layer), BilinearUpsample(shape(input), upsample.factor),
           {operand(DNNL_ARG_SRC, source), operand(DNNL_ARG_DST, out)});
}

void PlanBuilder::emit(const Layer& layer, const CropLike& crop) {
  const std::string& input = layer.inputs.front();
  const Copy source = copy_in(input, nhwc(input), layer.name);
  const auto [n, h, w, c] = shape(layer.name);
  const Layout part =
      source.layout.submemory_desc({n, c, h, w}, {0, 0, crop.offset.h, crop.offset.w});
  const Copy out = new_copy(layer.name, nhwc(layer.name));
  add_reorder(layer.name, {DNNL_ARG_FROM, part, source.place, {}}, operand(DNNL_ARG_TO, out));
}

}  // namespace roiflow
