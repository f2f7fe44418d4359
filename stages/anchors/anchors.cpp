#include "stages/anchors/anchors.hpp"

#include <algorithm>
#include <cmath>

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

bool positive(const std::vector<float>& values) {
  if (values.empty()) return false;
  for (const float v : values) {
    if (!(v > 0.0F) || !std::isfinite(v)) return false;
  }
  return true;
}

std::vector<Box> torchvision_cell(const std::vector<float>& sizes,
                                  const std::vector<float>& ratios) {
  std::vector<Box> cell;
  for (const float ratio : ratios) {
    const float height_ratio = std::sqrt(ratio);
    const float width_ratio = 1.0F / height_ratio;
    for (const float size : sizes) {
      // nearbyint rounds half to even in the default rounding mode, as torch.round does.
      const float w = width_ratio * size;
      const float h = height_ratio * size;
      cell.push_back({std::nearbyint(-w / 2.0F), std::nearbyint(-h / 2.0F),
                      std::nearbyint(w / 2.0F), std::nearbyint(h / 2.0F)});
    }
  }
  return cell;
}

std::vector<Box> detectron2_cell(const std::vector<float>& sizes,
                                 const std::vector<float>& ratios) {
  std::vector<Box> cell;
  for (const double size : sizes) {
    for (const double ratio : ratios) {
      const double w = std::sqrt(size * size / ratio);
      const auto x1 = static_cast<float>(w / 2), y1 = static_cast<float>(ratio * w / 2);
      cell.push_back({-x1, -y1, x1, y1});
    }
  }
  return cell;
}

/// The power of two next to padded / cells.
std::int64_t whole_stride(int padded, std::int64_t cells) {
  const double quotient = static_cast<double>(padded) / static_cast<double>(cells);
  return std::int64_t{1} << static_cast<int>(std::lround(std::log2(std::max(quotient, 1.0))));
}

}  // namespace

AnchorConvention anchor_convention(std::string_view name) {
  if (name == "torchvision") return AnchorConvention::torchvision;
  require(name == "detectron2", ErrorCode::usage,
          "anchor convention '{}' is unknown; known conventions: torchvision, detectron2", name);
  return AnchorConvention::detectron2;
}

Anchors::Anchors(const AnchorParams& params) : convention_(params.convention) {
  require(positive(params.aspect_ratios), ErrorCode::bad_data,
          "anchors: aspect_ratios must be positive numbers, at least one");
  require(!params.sizes.empty(), ErrorCode::bad_data,
          "anchors: sizes must name at least one level");
  for (std::size_t level = 0; level < params.sizes.size(); ++level) {
    require(positive(params.sizes[level]), ErrorCode::bad_data,
            "anchors: sizes of level {} must be positive numbers, at least one", level);
    const bool rounded = convention_ == AnchorConvention::torchvision;
    cells_.push_back(rounded ? torchvision_cell(params.sizes[level], params.aspect_ratios)
                             : detectron2_cell(params.sizes[level], params.aspect_ratios));
  }
}

AnchorGrid Anchors::grid(std::size_t level, std::int64_t grid_height, std::int64_t grid_width,
                         int padded_height, int padded_width) const {
  require(level < cells_.size(), ErrorCode::bad_data,
          "anchors: level {} asked for, sizes are given for {} levels", level, cells_.size());
  require(grid_height > 0 && grid_width > 0, ErrorCode::bad_data,
          "anchors: level {}: an empty grid of {} x {} cells", level, grid_height, grid_width);
  if (convention_ == AnchorConvention::detectron2) {
    return {cells_[level], grid_width, whole_stride(padded_height, grid_height),
            whole_stride(padded_width, grid_width)};
  }
  return {cells_[level], grid_width, padded_height / grid_height, padded_width / grid_width};
}

}  // namespace roiflow
