#include "stages/losses/pixel_loss.hpp"

#include <cstddef>

#include "stages/core/error.hpp"
#include "stages/losses/loss_terms.hpp"

namespace roiflow {

PixelLoss::PixelLoss(std::int64_t classes, int ignore_label)
    : classes_(classes), ignore_label_(ignore_label) {
  require(classes > 0, ErrorCode::usage, "pixel loss: there must be a class, found {}", classes);
}

void PixelLoss::add(TensorView<const float, 2> logits, std::span<const std::uint8_t> labels) {
  require(logits.shape == Shape<2>{std::ssize(labels), classes_}, ErrorCode::internal,
          "pixel loss: expected logits {} x {}, found {} x {}", labels.size(), classes_,
          logits.shape[0], logits.shape[1]);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] == ignore_label_) continue;
    require(labels[i] < classes_, ErrorCode::bad_data,
            "label map: label {} is neither below {} (the model's classes) nor the ignore label {}",
            labels[i], classes_, ignore_label_);
    sum_ += cross_entropy(logits.rows(static_cast<std::int64_t>(i), 1).span(), labels[i]);
    ++pixels_;
  }
}

}  // namespace roiflow
