#include "stages/losses/box_loss.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "stages/anchors/box_coder.hpp"
#include "stages/core/error.hpp"
#include "stages/losses/loss_terms.hpp"

namespace roiflow {
namespace {

LabelledBoxes pick(const LabelledBoxes& from, std::span<const std::uint32_t> indices) {
  LabelledBoxes picked;
  for (const std::uint32_t i : indices) {
    picked.boxes.push_back(from.boxes[i]);
    picked.labels.push_back(from.labels[i]);
    picked.truth.push_back(from.truth[i]);
  }
  return picked;
}

}  // namespace

LabelledBoxes label_candidates(std::span<const Box> proposals, std::span<const Box> truth,
                               std::span<const int> truth_labels, const MatchParams& params) {
  require(truth.size() == truth_labels.size(), ErrorCode::internal,
          "box loss: {} objects but {} labels", truth.size(), truth_labels.size());
  LabelledBoxes all{{proposals.begin(), proposals.end()}, {}, {}};
  all.boxes.insert(all.boxes.end(), truth.begin(), truth.end());
  for (const int match : match_boxes(truth, all.boxes, params)) {
    const bool object = match >= 0;
    all.labels.push_back(object                 ? truth_labels[static_cast<std::size_t>(match)]
                         : match == not_matched ? 0
                                                : -1);
    all.truth.push_back(object ? match : 0);
  }
  return all;
}

LabelledBoxes choose(const LabelledBoxes& candidates, const Samples& samples) {
  std::vector<std::uint32_t> indices;
  std::merge(samples.positive.begin(), samples.positive.end(), samples.negative.begin(),
             samples.negative.end(), std::back_inserter(indices));
  return pick(candidates, indices);
}

LabelledBoxes objects_of(const LabelledBoxes& boxes) {
  return pick(boxes, all_samples(boxes.labels).positive);
}

BoxLoss box_loss(TensorView<const float, 2> class_logits, TensorView<const float, 2> deltas,
                 const LabelledBoxes& samples, std::span<const Box> truth,
                 const std::array<float, 4>& delta_weights) {
  const std::int64_t classes = class_logits.shape[1];
  const std::int64_t count = std::ssize(samples.boxes);
  require(class_logits.shape[0] == count && deltas.shape == Shape<2>{count, 4 * classes},
          ErrorCode::internal, "box loss: {} boxes, logits {} x {}, deltas {} x {}", count,
          class_logits.shape[0], classes, deltas.shape[0], deltas.shape[1]);
  const BoxCoder coder{delta_weights};
  BoxLoss sum;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto k = static_cast<std::size_t>(i);
    const int label = samples.labels[k];
    require(label >= 0 && label < classes, ErrorCode::internal,
            "box loss: label {} is not below {}", label, classes);
    sum.classifier +=
        cross_entropy(class_logits.rows(i, 1).span(), static_cast<std::size_t>(label));
    if (label == 0) continue;
    const Box& object = truth[static_cast<std::size_t>(samples.truth[k])];
    sum.box += smooth_l1(deltas.rows(i, 1).data + std::ptrdiff_t{4} * label,
                         coder.encode(object, samples.boxes[k]));
  }
  const auto divisor = static_cast<double>(count);
  return {sum.classifier / divisor, sum.box / divisor};
}

}  // namespace roiflow
