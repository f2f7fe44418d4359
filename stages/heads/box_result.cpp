#include "stages/heads/box_result.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "stages/anchors/box_coder.hpp"
#include "stages/core/error.hpp"
#include "stages/nms/nms.hpp"

namespace roiflow {
namespace {

/// Candidates of all classes, in (proposal, class) order.
struct Candidates {
  std::vector<Box> boxes;
  std::vector<float> scores;
  std::vector<int> labels;
};

/// out = softmax(logits). The sum is kept in double: the nearest to any order of summation.
void softmax(std::span<float> out, std::span<const float> logits) {
  const float largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = std::exp(logits[i] - largest);
    sum += static_cast<double>(out[i]);
  }
  const auto divisor = static_cast<float>(sum);
  for (float& value : out) value /= divisor;
}

void check(const Shape<2>& logits, const Shape<2>& deltas, std::size_t proposals) {
  require(logits[0] == static_cast<std::int64_t>(proposals) && deltas[0] == logits[0],
          ErrorCode::bad_data,
          "box_result: {} proposals, but class logits for {} and deltas for {}", proposals,
          logits[0], deltas[0]);
  require(logits[1] >= 1 && deltas[1] == 4 * logits[1], ErrorCode::bad_data,
          "box_result: {} classes ask for {} deltas per proposal, found {}", logits[1],
          4 * logits[1], deltas[1]);
}

}  // namespace

void check(const BoxResultParams& params) {
  require(params.detections_per_image > 0, ErrorCode::bad_data,
          "box_result: detections_per_image must be positive, found {}",
          params.detections_per_image);
  for (const float weight : params.delta_weights) {
    require(weight > 0.0F, ErrorCode::bad_data,
            "box_result: delta_weights must be positive, found {}", weight);
  }
}

BoxResult::BoxResult(const BoxResultParams& params) : params_(params) {
  check(params);
}

std::vector<ScoredBox> BoxResult::operator()(TensorView<const float, 2> class_logits,
                                             TensorView<const float, 2> deltas,
                                             std::span<const Box> proposals,
                                             const ImageGeometry& geometry) const {
  check(class_logits.shape, deltas.shape, proposals.size());
  const auto classes = static_cast<std::size_t>(class_logits.shape[1]);
  const BoxCoder coder{params_.delta_weights};
  const auto image_height = static_cast<float>(geometry.resized_height);
  const auto image_width = static_cast<float>(geometry.resized_width);
  Candidates candidates;
  std::vector<float> scores(classes);
  for (std::size_t i = 0; i < proposals.size(); ++i) {
    softmax(scores, class_logits.span().subspan(i * classes, classes));
    for (std::size_t label = 1; label < classes; ++label) {
      if (!(scores[label] > params_.score_threshold)) continue;
      const float* delta = deltas.data + 4 * (i * classes + label);
      const Box box = clip(coder.decode(delta, proposals[i]), image_height, image_width);
      if (!sides_reach(box, params_.min_size)) continue;
      candidates.boxes.push_back(box);
      candidates.scores.push_back(scores[label]);
      candidates.labels.push_back(static_cast<int>(label));
    }
  }

  std::vector<ScoredBox> best;
  for (const std::uint32_t i : nms_per_class(candidates.boxes, candidates.scores, candidates.labels,
                                             params_.nms_threshold)) {
    if (best.size() == static_cast<std::size_t>(params_.detections_per_image)) break;
    best.push_back({candidates.boxes[i], candidates.scores[i], candidates.labels[i]});
  }
  return best;
}

namespace {

float ratio(int numerator, int denominator) {
  return static_cast<float>(numerator) / static_cast<float>(denominator);
}

Box scaled(const Box& box, float x, float y) {
  return {box.x0 * x, box.y0 * y, box.x1 * x, box.y1 * y};
}

}  // namespace

Box to_resized(const Box& box, const ImageGeometry& geometry) {
  if (geometry.scale > 0) return scaled(box, geometry.scale, geometry.scale);
  return scaled(box, ratio(geometry.resized_width, geometry.original_width),
                ratio(geometry.resized_height, geometry.original_height));
}

std::vector<ScoredBox> to_original(std::span<const ScoredBox> boxes,
                                   const ImageGeometry& geometry) {
  std::vector<ScoredBox> moved(boxes.begin(), boxes.end());
  for (ScoredBox& detection : moved) detection.box = to_original(detection.box, geometry);
  return moved;
}

}  // namespace roiflow
