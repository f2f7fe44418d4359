#include "stages/model/shape_rules.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace roiflow {

namespace {

/// Builds a std::visit visitor from lambdas.
template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

/// Positions of a window over an axis; 0 or less if it does not fit once.
std::int64_t positions(std::int64_t size, std::int64_t kernel, std::int64_t stride,
                       std::int64_t padding, std::int64_t dilation) {
  const std::int64_t room = size + 2 * padding - dilation * (kernel - 1) - 1;
  return room < 0 ? 0 : room / stride + 1;
}

InferredShape infer(const Conv2d& conv, std::span<const Shape<4>> inputs) {
  const auto [n, h, w, c] = inputs[0];
  if (conv.groups < 1 || c % conv.groups != 0 || conv.out_channels % conv.groups != 0) {
    return {{},
            fmt::format("{} input and {} output channels cannot form {} groups", c,
                        conv.out_channels, conv.groups)};
  }
  const Shape<4> out{n, positions(h, conv.kernel.h, conv.stride.h, conv.padding.h, conv.dilation.h),
                     positions(w, conv.kernel.w, conv.stride.w, conv.padding.w, conv.dilation.w),
                     conv.out_channels};
  if (out[1] < 1 || out[2] < 1) {
    return {{},
            fmt::format("a {}x{} window does not fit into {}", conv.kernel.h, conv.kernel.w,
                        to_text(inputs[0]))};
  }
  if (conv.add && inputs[1] != out) {
    return {{}, fmt::format("cannot add {} to {}", to_text(inputs[1]), to_text(out))};
  }
  return {out, {}};
}

InferredShape infer(const ConvTranspose2d& conv, std::span<const Shape<4>> inputs) {
  const auto [n, h, w, c] = inputs[0];
  return {{n, (h - 1) * conv.stride.h - 2 * conv.padding.h + conv.kernel.h,
           (w - 1) * conv.stride.w - 2 * conv.padding.w + conv.kernel.w, conv.out_channels},
          {}};
}

/// The same, and with `ceil_mode` one more where a window that begins inside reaches over the edge.
std::int64_t pool_positions(std::int64_t size, std::int64_t kernel, std::int64_t stride,
                            std::int64_t padding, bool ceil_mode) {
  const std::int64_t whole = positions(size, kernel, stride, padding, 1);
  const std::int64_t next_begin = whole * stride - padding;
  const bool covered = (whole - 1) * stride + kernel >= size + 2 * padding;
  return ceil_mode && !covered && next_begin < size ? whole + 1 : whole;
}

InferredShape infer(const MaxPool& pool, std::span<const Shape<4>> inputs) {
  const auto [n, h, w, c] = inputs[0];
  const auto [kernel, stride, padding, ceil_mode] = pool;
  const Shape<4> out{n, pool_positions(h, kernel.h, stride.h, padding.h, ceil_mode),
                     pool_positions(w, kernel.w, stride.w, padding.w, ceil_mode), c};
  if (out[1] < 1 || out[2] < 1) {
    return {{},
            fmt::format("a {}x{} window does not fit into {}", pool.kernel.h, pool.kernel.w,
                        to_text(inputs[0]))};
  }
  return {out, {}};
}

InferredShape infer(const Add&, std::span<const Shape<4>> inputs) {
  if (inputs[0] == inputs[1]) return {inputs[0], {}};
  return {{}, fmt::format("cannot add {} to {}", to_text(inputs[1]), to_text(inputs[0]))};
}

InferredShape infer(const EnlargeNearest& enlarge, std::span<const Shape<4>> inputs) {
  const auto [n, h, w, c] = inputs[0];
  return {{n, h * enlarge.factor.h, w * enlarge.factor.w, c}, {}};
}

InferredShape infer(const ChannelSlice& slice, std::span<const Shape<4>> inputs) {
  const auto [n, h, w, c] = inputs[0];
  if (slice.begin < 0 || slice.count < 1 || slice.begin + slice.count > c) {
    return {{},
            fmt::format("channels {} to {} are not in {}", slice.begin, slice.begin + slice.count,
                        to_text(inputs[0]))};
  }
  return {{n, h, w, slice.count}, {}};
}

InferredShape infer(const PixelShuffle& shuffle, std::span<const Shape<4>> inputs) {
  const auto [n, h, w, c] = inputs[0];
  const auto [fh, fw] = shuffle.factor;
  if (c % (fh * fw) != 0) return {{}, fmt::format("{} channels cannot form {}x{}", c, fh, fw)};
  return {{n, h * fh, w * fw, c / (fh * fw)}, {}};
}

InferredShape infer(const UpsampleBilinear& upsample, std::span<const Shape<4>> inputs) {
  const auto [n, h, w, c] = inputs[0];
  if (upsample.factor < 1) return {{}, fmt::format("cannot enlarge by {}", upsample.factor)};
  return {{n, (h + 1) * upsample.factor, (w + 1) * upsample.factor, c}, {}};
}

InferredShape infer(const CropLike& crop, std::span<const Shape<4>> inputs) {
  const auto [n, h, w, c] = inputs[0];
  const Shape<4> out{n, inputs[1][1], inputs[1][2], c};
  if (crop.offset.h < 0 || crop.offset.w < 0 || crop.offset.h + out[1] > h ||
      crop.offset.w + out[2] > w) {
    return {{},
            fmt::format("cannot cut {}x{} pixels at offset {}, {} out of {}", out[1], out[2],
                        crop.offset.h, crop.offset.w, to_text(inputs[0]))};
  }
  return {out, {}};
}

std::int64_t features(const Shape<4>& shape) {
  return shape[1] * shape[2] * shape[3];
}

TensorShapes with_bias(TensorShapes tensors, bool bias, std::int64_t channels) {
  if (bias) tensors["bias"] = {channels};
  return tensors;
}

}  // namespace

std::size_t input_count(const LayerKind& kind) {
  const auto* conv = std::get_if<Conv2d>(&kind);
  const bool two = std::holds_alternative<Add>(kind) ||
                   std::holds_alternative<UpsampleNearest>(kind) ||
                   std::holds_alternative<CropLike>(kind) || (conv != nullptr && conv->add);
  return two ? 2 : 1;
}

InferredShape infer_shape(const LayerKind& kind, std::span<const Shape<4>> inputs) {
  return std::visit(
      Overloaded{
          [&](const Linear& linear) {
            return InferredShape{{inputs[0][0], 1, 1, linear.out_features}, {}};
          },
          [&](const UpsampleNearest&) {
            return InferredShape{{inputs[0][0], inputs[1][1], inputs[1][2], inputs[0][3]}, {}};
          },
          [&](const GlobalMean&) {
            return InferredShape{{inputs[0][0], 1, 1, inputs[0][3]}, {}};
          },
          [&](const BatchNorm&) {
            return InferredShape{inputs[0], {}};
          },
          [&](const Relu&) {
            return InferredShape{inputs[0], {}};
          },
          [&](const Scale&) {
            return InferredShape{inputs[0], {}};
          },
          [&](const auto& layer) { return infer(layer, inputs); },
      },
      kind);
}

TensorShapes parameter_shapes(const LayerKind& kind, const Shape<4>& input) {
  const std::int64_t c = input[3];
  return std::visit(
      Overloaded{
          [&](const Conv2d& conv) {
            return with_bias({{"weight",
                               {conv.out_channels, c / std::max<std::int64_t>(conv.groups, 1),
                                conv.kernel.h, conv.kernel.w}}},
                             conv.bias, conv.out_channels);
          },
          [&](const ConvTranspose2d& conv) {
            return with_bias({{"weight", {c, conv.out_channels, conv.kernel.h, conv.kernel.w}}},
                             conv.bias, conv.out_channels);
          },
          [&](const Linear& linear) {
            return with_bias({{"weight", {linear.out_features, features(input)}}}, linear.bias,
                             linear.out_features);
          },
          [&](const BatchNorm&) {
            return TensorShapes{
                {"weight", {c}}, {"bias", {c}}, {"running_mean", {c}}, {"running_var", {c}}};
          },
          [](const auto&) { return TensorShapes{}; },
      },
      kind);
}

double floating_point_operations(const LayerKind& kind, const Shape<4>& input,
                                 const Shape<4>& output) {
  const auto in_channels = static_cast<double>(input[3]);
  const auto outputs = static_cast<double>(element_count(output));
  return std::visit(
      Overloaded{
          [&](const Conv2d& conv) {
            const auto window = static_cast<double>(conv.kernel.h * conv.kernel.w);
            return 2 * outputs * window * in_channels / static_cast<double>(conv.groups);
          },
          [&](const ConvTranspose2d& conv) {
            const auto inputs = static_cast<double>(element_count(input));
            return 2 * inputs *
                   static_cast<double>(conv.out_channels * conv.kernel.h * conv.kernel.w);
          },
          [&](const Linear&) { return 2 * outputs * static_cast<double>(features(input)); },
          [&](const BatchNorm&) { return 2 * outputs; },
          [&](const Relu&) { return outputs; },
          [&](const Add&) { return outputs; },
          [&](const Scale&) { return outputs; },
          [&](const UpsampleBilinear&) { return 8 * outputs; },
          [&](const MaxPool& pool) {
            return outputs * static_cast<double>(pool.kernel.h * pool.kernel.w);
          },
          [&](const GlobalMean&) { return static_cast<double>(element_count(input)); },
          [](const auto&) { return 0.0; },
      },
      kind);
}

std::string to_text(const Shape<4>& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

}  // namespace roiflow
