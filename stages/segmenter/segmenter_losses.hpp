/// The training loss of a segmenter on one image: its scores, enlarged to the image's size, against
/// the image's label map, row by row (losses/pixel_loss.hpp).
///
///   truth    label map of the original image's size; values as the segmenter's label maps have
///   them
///            (segmenter.hpp), or the ignore label
///
/// Reference: torch.nn.functional.cross_entropy(out, truth, ignore_index) on torchvision's fcn
/// models in evaluation mode, and on the FCN paper's models in PyTorch; equal to 1e-5 relative if
/// the image was not resized. (torchvision's auxiliary head has no part in it.)
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "stages/losses/pixel_loss.hpp"
#include "stages/segmenter/segmenter.hpp"

namespace roiflow {

struct SegmenterLosses {
  double mean = 0;          ///< over the pixels that count; NaN if none does
  double sum = 0;           ///< the FCN paper's unnormalised loss
  std::int64_t pixels = 0;  ///< that count
};

class ComputePixelLoss {
 public:
  /// `ignore_label`: of the truth, 0 .. 255, or -1: none. Throws Error{usage} for 256 classes.
  ComputePixelLoss(const SegmenterStages& stages, int ignore_label);

  /// Throws Error{bad_data} if the truth is of another size than the image, or a value of it is no
  /// class of the model. Safe from several threads.
  [[nodiscard]] SegmenterLosses operator()(const ScoreMap& scores, const LabelMap& truth) const;

 private:
  [[nodiscard]] std::vector<std::uint8_t> labels_of(const LabelMap& truth) const;

  SegmenterStages stages_;
  int ignore_label_;
  std::array<int, 256> label_of_value_{};
};

}  // namespace roiflow
