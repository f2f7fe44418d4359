/// Cuts regions out of a trunk's feature maps on a device: RoIAlign or RoI max pooling, as the
/// model's description says. The counterpart of RegionPool (stages/detector/region_pool.hpp).
#pragma once

#include <span>
#include <vector>

#include "stages/core/image.hpp"
#include "stages/detector/region_pool.hpp"
#include "stages/gpu/lane_device.hpp"
#include "stages/roi_align/pyramid_level.hpp"

namespace roiflow {

/// Regions on the device.
struct LaneRegions {
  const Box* boxes = nullptr;   ///< pixels of the resized image
  const int* images = nullptr;  ///< number of the image in the batch; -1: not in use
  int count = 0;
};

/// Enqueues it: `out` [count or more, bins, bins, channels]. `geometry`: of any image of the batch.
template <class T>
void pool(LaneDevice<T>& device, const DeviceTensor<T>& out, const LaneNetwork<T>& trunk,
          const ImageGeometry& geometry, const RegionPoolParams& params,
          const LaneRegions& regions) {
  std::vector<BatchLevel<T>> levels;
  for (int i = 0; i < params.levels; ++i) {
    const DeviceTensor<T> map = trunk.output(static_cast<std::size_t>(i));
    levels.push_back({map.data, static_cast<int>(map.shape[1]), static_cast<int>(map.shape[2]),
                      infer_scale(static_cast<int>(map.shape[1]), geometry.padded_height)});
  }
  const auto channels = static_cast<int>(out.stride);
  if (params.pooling == RegionPooling::roi_pool) {
    const BatchLevel<T>& only = levels.front();
    device.roi_pool(out.data, {only.data, only.height, only.width, channels, only.scale},
                    params.bins, regions.boxes, regions.images, regions.count);
    return;
  }
  const RoiAlignParams align{.bins = params.bins,
                             .samples = params.samples,
                             .aligned = params.pooling == RegionPooling::roi_align_aligned};
  device.roi_align(out.data,
                   batch_pyramid<T>(std::span<const BatchLevel<T>>(levels), channels, align),
                   regions.boxes, regions.images, regions.count);
}

}  // namespace roiflow
