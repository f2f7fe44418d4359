#include "stages/anchors/anchors.hpp"

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

std::vector<Box> cell_anchors(const std::vector<float>& sizes, const std::vector<float>& ratios) {
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

}  // namespace

Box AnchorGrid::operator[](std::int64_t index) const {
  const auto per_cell = static_cast<std::int64_t>(cell.size());
  const std::int64_t position = index / per_cell;
  const Box& base = cell[static_cast<std::size_t>(index % per_cell)];
  const std::int64_t column = position % width, row = position / width;
  const auto x = static_cast<float>(column * stride_x);
  const auto y = static_cast<float>(row * stride_y);
  return {x + base.x0, y + base.y0, x + base.x1, y + base.y1};
}

Anchors::Anchors(const AnchorParams& params) {
  require(positive(params.aspect_ratios), ErrorCode::bad_data,
          "anchors: aspect_ratios must be positive numbers, at least one");
  require(!params.sizes.empty(), ErrorCode::bad_data,
          "anchors: sizes must name at least one level");
  for (std::size_t level = 0; level < params.sizes.size(); ++level) {
    require(positive(params.sizes[level]), ErrorCode::bad_data,
            "anchors: sizes of level {} must be positive numbers, at least one", level);
    cells_.push_back(cell_anchors(params.sizes[level], params.aspect_ratios));
  }
}

AnchorGrid Anchors::grid(std::size_t level, std::int64_t grid_height, std::int64_t grid_width,
                         int padded_height, int padded_width) const {
  require(level < cells_.size(), ErrorCode::bad_data,
          "anchors: level {} asked for, sizes are given for {} levels", level, cells_.size());
  require(grid_height > 0 && grid_width > 0, ErrorCode::bad_data,
          "anchors: level {}: an empty grid of {} x {} cells", level, grid_height, grid_width);
  return {cells_[level], grid_width, padded_height / grid_height, padded_width / grid_width};
}

}  // namespace roiflow
