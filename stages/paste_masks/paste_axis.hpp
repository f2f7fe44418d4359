/// One axis of a mask that is pasted into an image: which pixels it may reach, and which two of its
/// cells each of them mixes. The CPU and the kernels ask the same functions.
///
/// `cells` counts the mask's cells and a border cell at either end. Reference and conventions as in
/// paste_masks.hpp; float32.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "stages/kernels/host_device.hpp"
#include "stages/paste_masks/box_mask.hpp"
#include "stages/paste_masks/paste_masks.hpp"

namespace roiflow {

struct PixelTap {
  int low = 0, high = 0;                  ///< cells; equal at the last one
  float low_weight = 1, high_weight = 0;  ///< sum to 1
};

/// Where stretched cells begin and over how many pixels they go, before cutting.
struct PixelRange {
  std::int64_t begin = 0, size = 1;
};

struct PasteAxis {
  int first = 0, count = 0;  ///< the pixels of the image that the cells reach
  int cells = 0;
  PasteConvention convention = PasteConvention::torchvision;
  PixelRange range;           ///< torchvision: of all pixels, also outside the image
  float low = 0, length = 0;  ///< detectron2: of the box
  float cells_per_pixel = 0;  ///< torchvision

  /// detectron2: the centre of a pixel in cells, the first one's centre being 0.
  [[nodiscard]] ROIFLOW_HOST_DEVICE float position(std::int64_t pixel) const {
    const auto inner = static_cast<float>(cells - 2);
    const float place = (static_cast<float>(pixel) + 0.5F - low) / length * 2.0F - 1.0F;
    return ((place + 1.0F) * inner - 1.0F) / 2.0F + 1.0F;
  }

  /// Of a pixel first .. first + count - 1.
  [[nodiscard]] ROIFLOW_HOST_DEVICE PixelTap tap(std::int64_t pixel) const {
    if (convention == PasteConvention::detectron2) {
      const float at = position(pixel);
      const int below = static_cast<int>(at);
      const float weight = at - static_cast<float>(below);
      return {below, below + 1, 1.0F - weight, weight};
    }
    const std::int64_t offset = pixel - range.begin;
    if (range.size == cells) {  // a copy, exactly
      return {static_cast<int>(offset), static_cast<int>(offset), 1.0F, 0.0F};
    }
    const float at = std::max(cells_per_pixel * (static_cast<float>(offset) + 0.5F) - 0.5F, 0.0F);
    const int below = std::min(static_cast<int>(at), cells - 1);
    const float weight = std::min(at - static_cast<float>(below), 1.0F);
    return {below, std::min(below + 1, cells - 1), 1.0F - weight, weight};
  }
};

/// All cells stretched over a range of pixels, cut off at [0, extent).
ROIFLOW_HOST_DEVICE inline PasteAxis stretched_axis(int cells, const PixelRange& range,
                                                    int extent) {
  PasteAxis axis;
  const std::int64_t first = std::clamp<std::int64_t>(range.begin, 0, extent);
  const std::int64_t end = std::clamp<std::int64_t>(range.begin + range.size, first, extent);
  axis.first = static_cast<int>(first);
  axis.count = static_cast<int>(end - first);
  axis.cells = cells;
  axis.range = range;
  axis.cells_per_pixel = static_cast<float>(cells) / static_cast<float>(range.size);
  return axis;
}

/// Further away there are no images, and whole numbers still fit an int.
inline constexpr float paste_far_away = 1e9F;

/// The cells inside the border lie between `low` and `high` exactly; reached are the pixels whose
/// centre is between the centres of the border cells.
ROIFLOW_HOST_DEVICE inline PasteAxis between_axis(int cells, float low, float high, int extent) {
  PasteAxis axis;
  const float length = high - low;
  if (!(std::fabs(low) < paste_far_away && std::fabs(high) < paste_far_away && length > 0)) {
    return axis;
  }
  axis.cells = cells;
  axis.convention = PasteConvention::detectron2;
  axis.low = low;
  axis.length = length;
  const auto inner = static_cast<float>(cells - 2);
  const float reach = length / inner + 1.0F;  // half a cell, rounded up generously
  auto begin = std::max<std::int64_t>(0, static_cast<std::int64_t>(std::floor(low - reach)));
  auto end = std::min<std::int64_t>(extent, static_cast<std::int64_t>(std::ceil(high + reach)));
  while (begin < end && !(axis.position(begin) > 0)) ++begin;
  while (begin < end && !(axis.position(end - 1) < inner + 1.0F)) --end;
  if (begin >= end) return axis;
  axis.first = static_cast<int>(begin);
  axis.count = static_cast<int>(end - begin);
  return axis;
}

/// The axis of a box; of none if a coordinate is NaN or far away, or the box has no length.
ROIFLOW_HOST_DEVICE inline PasteAxis paste_axis(int cells, float low, float high, int extent,
                                                PasteConvention convention) {
  if (convention == PasteConvention::detectron2) return between_axis(cells, low, high, extent);
  // Grown about the centre and cut to whole pixels, float32 as torch does.
  const auto growth = static_cast<float>(static_cast<double>(cells) / (cells - 2));
  const float half = (high - low) * 0.5F * growth;
  const float centre = (high + low) * 0.5F;
  if (!(std::fabs(centre - half) < paste_far_away && std::fabs(centre + half) < paste_far_away)) {
    return {};
  }
  const auto begin = static_cast<std::int64_t>(centre - half);
  const auto last = static_cast<std::int64_t>(centre + half);
  if (last < begin) return {};
  return stretched_axis(cells, {begin, last - begin + 1}, extent);
}

/// What both axes reach.
ROIFLOW_HOST_DEVICE inline MaskPart part_of(const PasteAxis& x, const PasteAxis& y) {
  if (x.count == 0 || y.count == 0) return {};
  return {x.first, y.first, y.count, x.count};
}

/// A pixel is set if its probability is above this: "at least" is "above the next smaller number".
[[nodiscard]] inline float strict_threshold(float threshold, PasteConvention convention) {
  return convention == PasteConvention::detectron2 ? std::nextafter(threshold, -1.0F) : threshold;
}

}  // namespace roiflow
