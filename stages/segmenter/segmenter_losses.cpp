#include "stages/segmenter/segmenter_losses.hpp"

#include <cstddef>
#include <span>
#include <vector>

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr std::uint8_t ignored = 255;  ///< of labels; values of the truth have another one
constexpr int no_class = -1;

}  // namespace

ComputePixelLoss::ComputePixelLoss(const SegmenterStages& stages, int ignore_label)
    : stages_(stages), ignore_label_(ignore_label) {
  require(stages.values.size() <= ignored, ErrorCode::usage,
          "pixel loss: {} classes leave no 8-bit value for pixels that do not count",
          stages.values.size());
  label_of_value_.fill(no_class);
  for (std::size_t label = 0; label < stages.values.size(); ++label) {
    label_of_value_[stages.values[label]] = static_cast<int>(label);
  }
  if (ignore_label >= 0) label_of_value_[static_cast<std::size_t>(ignore_label)] = ignored;
}

std::vector<std::uint8_t> ComputePixelLoss::labels_of(const LabelMap& truth) const {
  std::vector<std::uint8_t> labels;
  labels.reserve(truth.labels.size());
  for (const std::uint8_t value : truth.labels) {
    const int label = label_of_value_[value];
    require(label != no_class, ErrorCode::bad_data,
            "label map: value {} is neither a class of the model nor the ignore label {}", value,
            ignore_label_);
    labels.push_back(static_cast<std::uint8_t>(label));
  }
  return labels;
}

SegmenterLosses ComputePixelLoss::operator()(const ScoreMap& scores, const LabelMap& truth) const {
  const ImageGeometry& g = scores.geometry;
  require(truth.height == g.original_height && truth.width == g.original_width, ErrorCode::bad_data,
          "label map: expected the size of the image, {} x {} pixels (height x width), found {} x "
          "{}",
          g.original_height, g.original_width, truth.height, truth.width);
  const std::vector<std::uint8_t> labels = labels_of(truth);
  PixelLoss loss(std::ssize(stages_.values), ignored);
  std::size_t done = 0;
  stages_.score_rows(scores, [&](TensorView<const float, 2> row) {
    const auto width = static_cast<std::size_t>(row.shape[0]);
    loss.add(row, std::span(labels).subspan(done, width));
    done += width;
  });
  return {loss.mean(), loss.sum(), loss.pixels()};
}

}  // namespace roiflow
