#include "stages/detector/region_pool.hpp"

#include <vector>

#include "stages/roi_align/pyramid_level.hpp"
#include "stages/roi_pool/roi_pool.hpp"

namespace roiflow {
namespace {

FeatureLevel feature_level(const Tensor<float, 4>& map, const ImageGeometry& geometry) {
  const auto view = map.view();
  const TensorView<const float, 3> features{view.data,
                                            {view.shape[1], view.shape[2], view.shape[3]}};
  return {features, infer_scale(static_cast<int>(view.shape[1]), geometry.padded_height)};
}

}  // namespace

RegionPool::RegionPool(const RegionPoolParams& params)
    : params_(params),
      align_({.bins = params.bins,
              .samples = params.samples,
              .aligned = params.pooling == RegionPooling::roi_align_aligned}) {}

Tensor<float, 4> RegionPool::operator()(const BufferPool& buffers, const Pyramid& pyramid,
                                        std::span<const Box> boxes) const {
  std::vector<FeatureLevel> levels;
  for (int i = 0; i < params_.levels; ++i) {
    levels.push_back(feature_level(pyramid.levels[static_cast<std::size_t>(i)], pyramid.geometry));
  }
  auto pooled = buffers.make<float, 4>(
      {std::ssize(boxes), params_.bins, params_.bins, levels.front().features.shape[2]});
  if (params_.pooling == RegionPooling::roi_pool) {
    roi_pool(pooled.view(), levels.front().features, levels.front().scale, boxes);
  } else {
    align_(pooled.view(), levels, boxes);
  }
  return pooled;
}

}  // namespace roiflow
