/// From pixels of the resized image to those of the original one, on the CPU and a GPU.
#pragma once

#include "stages/core/box.hpp"
#include "stages/core/image.hpp"
#include "stages/kernels/host_device.hpp"

namespace roiflow {

/// Each axis times original / resized, in float32 (torchvision resize_boxes); or divided by the one
/// scale of both axes, if there is one.
[[nodiscard]] ROIFLOW_HOST_DEVICE inline Box to_original(const Box& box,
                                                         const ImageGeometry& geometry) {
  if (const float scale = geometry.scale; scale > 0) {
    return {box.x0 / scale, box.y0 / scale, box.x1 / scale, box.y1 / scale};
  }
  const float x =
      static_cast<float>(geometry.original_width) / static_cast<float>(geometry.resized_width);
  const float y =
      static_cast<float>(geometry.original_height) / static_cast<float>(geometry.resized_height);
  return {box.x0 * x, box.y0 * y, box.x1 * x, box.y1 * y};
}

}  // namespace roiflow
