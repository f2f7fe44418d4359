/// The loss of a semantic segmenter: softmax cross-entropy of every pixel that counts.
///
///   logits   [n, classes] float32, any number of pixels: a row, a strip or a whole map, so class
///            maps need not exist at full size
///   labels   [n] bytes, 0 .. classes - 1, or the ignore label: such a pixel counts nowhere
///
///   sum()    over the pixels: the unnormalised loss of the FCN paper (Long, Shelhamer, Darrell
///   2015) mean()   sum() / pixels(): what torchvision trains with; NaN if no pixel counts
///
/// Reference: torch.nn.functional.cross_entropy with ignore_index and reduction "sum" or "mean",
/// which adds in float32 in an order of its own; here terms and sums are double: equal to 1e-5
/// relative. Pixels added in the same order give the same bits; images are added as such.
/// Example: PixelLoss loss(2, 255); loss.add({0, 0, 0, 0}, {1, 255}): sum and mean log 2, 1 pixel.
#pragma once

#include <cstdint>
#include <span>

#include "stages/core/tensor.hpp"

namespace roiflow {

class PixelLoss {
 public:
  /// Throws Error{usage} if there are no classes.
  PixelLoss(std::int64_t classes, int ignore_label);

  /// Throws Error{internal} if the shapes do not fit each other, Error{bad_data} for a label that
  /// is neither a class nor the ignore label.
  void add(TensorView<const float, 2> logits, std::span<const std::uint8_t> labels);

  [[nodiscard]] double sum() const { return sum_; }
  [[nodiscard]] double mean() const { return sum_ / static_cast<double>(pixels_); }
  [[nodiscard]] std::int64_t pixels() const { return pixels_; }  ///< that count

 private:
  std::int64_t classes_;
  int ignore_label_;
  double sum_ = 0;
  std::int64_t pixels_ = 0;
};

}  // namespace roiflow
