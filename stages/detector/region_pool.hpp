/// Cuts regions out of the levels that a detector pools from: roi_align or roi_pool, as the model's
/// description says.
#pragma once

#include <span>

#include "stages/core/box.hpp"
#include "stages/core/buffer_pool.hpp"
#include "stages/core/tensor.hpp"
#include "stages/detector/payloads.hpp"
#include "stages/model/model_description.hpp"
#include "stages/roi_align/roi_align.hpp"

namespace roiflow {

struct RegionPoolParams {
  RegionPooling pooling = RegionPooling::roi_align;
  int bins = 7;
  int samples = 2;  ///< of roi_align
  int levels = 1;   ///< the first so many of the pyramid
};

class RegionPool {
 public:
  explicit RegionPool(const RegionPoolParams& params);

  /// [boxes, bins, bins, channels] in memory of `buffers`; boxes are pixels of the resized image.
  [[nodiscard]] Tensor<float, 4> operator()(const BufferPool& buffers, const Pyramid& pyramid,
                                            std::span<const Box> boxes) const;

 private:
  RegionPoolParams params_;
  RoiAlign align_;
};

}  // namespace roiflow
