/// RoIAlign: crops every region out of the pyramid level of its size and resamples it to a grid.
///
///   levels   finest first, features [h, w, channels] float32 of one image
///   rois     boxes in pixels of the resized image
///   out      [rois, bins, bins, channels], written completely
///
/// Each region is cut into bins x bins equal parts; a bin is the mean of samples x samples
/// bilinear samples spread evenly over it. A sample at y < -1 or y > h counts as 0 (x alike);
/// others are moved into [0, h - 1].
/// Coordinates. aligned = false (torchvision's models): image x lands on the feature map at
/// x * scale, and a region is at least one feature pixel wide and high. aligned = true
/// (detectron2): at x * scale - 0.5, pixel centres at integer + 0.5, no smallest size.
/// A region with a NaN or infinite coordinate gives zeros.
///
/// Reference: torchvision.ops.roi_align (CPU) and MultiScaleRoIAlign, float32, the same order of
/// operations: equal to the last bit.
/// Example: features(y, x) = x, scale 1/4, region {8 8 40 40}, bins 4, samples 2: 3 5 7 9 in a row.
#pragma once

#include <span>

#include "stages/core/box.hpp"
#include "stages/core/tensor.hpp"

namespace roiflow {

struct RoiAlignParams {
  int bins = 7;          ///< output grid is bins x bins
  int samples = 2;       ///< per bin side; 0: as many as feature pixels in the bin, rounded up
  bool aligned = false;  ///< half-pixel shift, see above
  float canonical_size = 224;  ///< a region of this size squared ...
  int canonical_level = 4;     ///< ... is cut from this level (scale 1 / 2^level)
};

struct FeatureLevel {
  TensorView<const float, 3> features;
  float scale = 1;  ///< feature pixels per image pixel, 1 / 2^level, e.g. 1/4 for P2
};

class RoiAlign {
 public:
  /// Throws Error{bad_data} for parameters that make no sense.
  explicit RoiAlign(const RoiAlignParams& params);

  /// Throws Error{internal} if the shapes do not fit each other, Error{bad_data} if a scale is not
  /// a power of two or the levels are not consecutive. Safe to call from several threads.
  void operator()(TensorView<float, 4> out, std::span<const FeatureLevel> levels,
                  std::span<const Box> rois) const;

  /// The same into a tensor of its own.
  [[nodiscard]] Tensor<float, 4> operator()(std::span<const FeatureLevel> levels,
                                            std::span<const Box> rois) const;

 private:
  RoiAlignParams params_;
};

}  // namespace roiflow
