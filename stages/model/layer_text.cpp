#include "stages/model/layer_text.hpp"

#include <fmt/format.h>

namespace roiflow {

namespace {

/// " s2", or "" where the extent is 1 x 1.
std::string factor(char letter, const Extent2d& extent) {
  if (extent == Extent2d{1, 1}) return {};
  if (extent.h == extent.w) return fmt::format(" {}{}", letter, extent.h);
  return fmt::format(" {}{}x{}", letter, extent.h, extent.w);
}

std::string window(const char* name, const Extent2d& kernel, const Extent2d& stride) {
  return fmt::format("{} {}x{}{}", name, kernel.h, kernel.w, factor('s', stride));
}

std::string text(const Conv2d& conv) {
  return window("conv", conv.kernel, conv.stride) + factor('d', conv.dilation) +
         (conv.groups > 1 ? fmt::format(" g{}", conv.groups) : "");
}
std::string text(const ConvTranspose2d& conv) {
  return window("transposed conv", conv.kernel, conv.stride);
}
std::string text(const MaxPool& pool) {
  return window("max pool", pool.kernel, pool.stride);
}
std::string text(const Linear&) {
  return "linear";
}
std::string text(const BatchNorm&) {
  return "batch norm";
}
std::string text(const Relu&) {
  return "relu";
}
std::string text(const Add&) {
  return "add";
}
std::string text(const GlobalMean&) {
  return "global mean";
}
std::string text(const UpsampleNearest&) {
  return "upsample nearest";
}
std::string text(const EnlargeNearest& enlarge) {
  return fmt::format("enlarge nearest{}", factor('x', enlarge.factor));
}
std::string text(const ChannelSlice& slice) {
  return fmt::format("channels {} to {}", slice.begin, slice.begin + slice.count - 1);
}
std::string text(const PixelShuffle& shuffle) {
  return fmt::format("pixel shuffle{}", factor('x', shuffle.factor));
}
std::string text(const UpsampleBilinear& upsample) {
  return fmt::format("upsample bilinear x{}", upsample.factor);
}
std::string text(const CropLike& crop) {
  return fmt::format("crop at {}, {}", crop.offset.h, crop.offset.w);
}
std::string text(const Scale& scale) {
  return fmt::format("times {}", scale.factor);
}

}  // namespace

std::string describe(const LayerKind& kind) {
  return std::visit([](const auto& layer) { return text(layer); }, kind);
}

}  // namespace roiflow
