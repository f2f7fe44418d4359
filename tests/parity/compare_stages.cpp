#include "tests/parity/compare_stages.hpp"

#include <fmt/format.h>

#include "stages/masks/rle.hpp"

namespace roiflow::test {
namespace {

constexpr float box_tolerance = 0.05F;
constexpr float score_tolerance = 1e-4F;
constexpr double proposals_alike = 0.99;  // share; a rounding may turn a top-k or NMS decision

float distance(const Box& a, const Box& b) {
  return std::max({std::fabs(a.x0 - b.x0), std::fabs(a.y0 - b.y0), std::fabs(a.x1 - b.x1),
                   std::fabs(a.y1 - b.y1)});
}

Tensor<float, 4> tensor_of(const ParityImage& expected, const std::string& path) {
  const hdf5::Shape shape = expected.shape(path);
  const std::vector<float> values = expected.floats(path);
  Tensor<float, 4> tensor(Shape<4>{1, shape[0], shape[1], shape[2]});
  std::ranges::copy(values, tensor.view().data);
  return tensor;
}

void compare_input(const ParityImage& expected, const NetworkInput& input) {
  check_tensor("input", input.pixels.view().span(), expected.floats("input"));
}

void compare_trunk(const ParityImage& expected, const TrunkResult& trunk) {
  for (std::size_t level = 0; level < trunk.pyramid->levels.size(); ++level) {
    const std::string name = fmt::format("features/{}", level);
    check_tensor(name, trunk.pyramid->levels[level].view().span(), expected.floats(name));
  }
  for (std::size_t level = 0; level < trunk.objectness.size(); ++level) {
    const std::string objectness = fmt::format("rpn/objectness/{}", level);
    const std::string deltas = fmt::format("rpn/deltas/{}", level);
    check_tensor(objectness, trunk.objectness[level].view().span(), expected.floats(objectness));
    check_tensor(deltas, trunk.deltas[level].view().span(), expected.floats(deltas));
  }
}

/// On a blank picture all places look alike: which of the equal ones are proposed hangs on an order
/// among ties that torchvision does not define.
bool has_many_ties(const ParityImage& expected) {
  return expected.name().starts_with("blank");
}

/// torchvision's logits and deltas in, torchvision's proposals out: box for box.
void compare_proposals_exactly(const ParityImage& expected, const TrunkResult& found,
                               const DetectorStages& stages) {
  TrunkResult given{.pyramid = found.pyramid};
  for (std::size_t level = 0; level < found.objectness.size(); ++level) {
    given.objectness.push_back(tensor_of(expected, fmt::format("rpn/objectness/{}", level)));
    given.deltas.push_back(tensor_of(expected, fmt::format("rpn/deltas/{}", level)));
  }
  const std::vector<Box> boxes = stages.propose(given).boxes;
  const std::vector<Box> wanted = expected.boxes("proposals");
  const std::vector<float> scores = expected.floats("proposal_scores");
  if (has_many_ties(expected)) return;  // even how many survive suppression
  REQUIRE(boxes.size() == wanted.size());
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    // Equal scores have no order in torchvision: look among all of the same score.
    float nearest = INFINITY;
    for (std::size_t j = 0; j < wanted.size(); ++j) {
      if (std::fabs(scores[i] - scores[j]) <= 3e-7F) {
        nearest = std::min(nearest, distance(boxes[i], wanted[j]));
      }
    }
    CAPTURE(i);
    CHECK(nearest < 1e-3F);
  }
}

/// The chain's own proposals: nearly all the same.
void compare_proposals(const ParityImage& expected, std::span<const Box> found) {
  if (has_many_ties(expected)) return;
  const std::vector<Box> wanted = expected.boxes("proposals");
  const auto alike = std::ranges::count_if(wanted, [&](const Box& box) {
    return std::ranges::any_of(found,
                               [&](const Box& other) { return distance(box, other) < 0.05F; });
  });
  CHECK(static_cast<double>(alike) >= proposals_alike * static_cast<double>(wanted.size()));
}

/// Our features, torchvision's proposals.
void compare_box_head(const ParityImage& expected, const TrunkResult& trunk,
                      const DetectorStages& stages) {
  const Classified found = stages.box_head({trunk.pyramid, expected.boxes("proposals")});
  check_tensor("box/class_logits", found.class_logits.view().span(),
               expected.floats("box/class_logits"));
  check_tensor("box/deltas", found.deltas.view().span(), expected.floats("box/deltas"));
}

void compare_pooled(const ParityImage& expected, const TrunkResult& trunk,
                    const DetectorStages& stages) {
  const auto check = [&](const std::string& name, const std::string& boxes, const auto& pool) {
    std::vector<Box> regions = expected.boxes(boxes);
    regions.resize(static_cast<std::size_t>(expected.shape(name)[0]));
    const Tensor<float, 4> pooled = pool(*trunk.pyramid, regions);
    check_tensor(name, pooled.view().span(), expected.floats(name));
  };
  check("box/pooled", "proposals", stages.pool_boxes);
  if (expected.has("masks")) check("masks/pooled", "detections/boxes_resized", stages.pool_masks);
}

/// The place of our detection `i` in torchvision's list: i, unless a neighbour's score is as near
/// as the tolerance of scores, so that no order follows from it.
std::size_t place_of(const ScoredBox& found, std::size_t i, std::span<const Box> boxes,
                     std::span<const float> scores) {
  for (std::size_t j : {i, i - 1, i + 1}) {
    if (j < boxes.size() && std::fabs(scores[i] - scores[j]) <= score_tolerance &&
        distance(found.box, boxes[j]) < box_tolerance) {
      return j;
    }
  }
  return i;
}

/// Returns the order of ours in terms of torchvision's.
std::vector<std::size_t> compare_detections(const ParityImage& expected, const Detected& found) {
  const std::vector<Box> boxes = expected.boxes("detections/boxes_resized");
  const std::vector<float> scores = expected.floats("detections/scores");
  const std::vector<std::int64_t> labels = expected.integers("detections/labels");
  REQUIRE(found.boxes.size() == boxes.size());
  std::vector<std::size_t> order;
  float worst_score = 0, worst_box = 0;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    CAPTURE(i);
    const std::size_t j = order.emplace_back(place_of(found.boxes[i], i, boxes, scores));
    CHECK(found.boxes[i].label == labels[j]);
    CHECK(std::fabs(found.boxes[i].score - scores[j]) < score_tolerance);
    CHECK(distance(found.boxes[i].box, boxes[j]) < box_tolerance);
    worst_score = std::max(worst_score, std::fabs(found.boxes[i].score - scores[j]));
    worst_box = std::max(worst_box, distance(found.boxes[i].box, boxes[j]));
  }
  MESSAGE(boxes.size() << " detections, scores apart by at most " << worst_score << ", boxes by "
                       << worst_box << " pixels");
  return order;
}

std::vector<std::uint8_t> column_major_pixels(const Rle& rle) {
  std::vector<std::uint8_t> pixels;
  std::uint8_t value = 0;
  for (const std::uint32_t run : rle.runs) {
    pixels.insert(pixels.end(), run, value);
    value = value == 0 ? 1 : 0;
  }
  return pixels;
}

/// Pixels that differ must be among those that torchvision itself is unsure of.
void compare_mask(const ParityImage& expected, std::size_t index, const Rle& found) {
  const Rle wanted{found.height, found.width,
                   expected.part<std::uint32_t>("masks/runs", "masks/run_offsets", index)};
  if (found == wanted) return;
  const auto unsure = expected.part<std::int64_t>("masks/unsure", "masks/unsure_offsets", index);
  const auto a = column_major_pixels(found), b = column_major_pixels(wanted);
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i]) CHECK(std::ranges::count(unsure, static_cast<std::int64_t>(i)) == 1);
  }
}

/// torchvision's pixel decisions, given torchvision's probabilities and boxes.
void compare_pasting(const ParityImage& expected, const Detected& found,
                     const DetectorStages& stages) {
  const hdf5::Shape shape = expected.shape("masks/probabilities");
  Masked given{found.pyramid->geometry, found.boxes,
               Tensor<float, 3>(Shape<3>{shape[0], shape[1], shape[2]})};
  std::ranges::copy(expected.floats("masks/probabilities"), given.probabilities.view().data);
  const ImageDetections pasted = stages.paste(given);
  for (std::size_t i = 0; i < pasted.detections.size(); ++i) {
    CAPTURE(i);
    compare_mask(expected, i, *pasted.detections[i].mask);
  }
}

/// Our features, torchvision's boxes: a mask logit amplifies the last digits of a box.
void compare_masks(const ParityImage& expected, const TrunkResult& trunk,
                   const DetectorStages& stages) {
  if (!expected.has("masks")) return;  // torchvision found nothing
  Detected given{.pyramid = trunk.pyramid};
  const std::vector<Box> boxes = expected.boxes("detections/boxes_resized");
  const std::vector<std::int64_t> labels = expected.integers("detections/labels");
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    given.boxes.push_back({boxes[i], 1, static_cast<int>(labels[i])});
  }
  const Masked masked = stages.mask_head(given);
  check_tensor("masks/probabilities", masked.probabilities.view().span(),
               expected.floats("masks/probabilities"));
  compare_pasting(expected, given, stages);
}

void compare_final(const ParityImage& expected, std::span<const Detection> found,
                   std::span<const std::size_t> order) {
  const std::vector<Box> boxes = expected.boxes("detections/boxes");
  REQUIRE(found.size() == boxes.size());
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    CAPTURE(i);
    CHECK(distance(found[i].box, boxes[order[i]]) < box_tolerance);
  }
}

}  // namespace

void compare_stages(const ParityImage& expected, const DetectorStages& stages) {
  INFO(expected.name());
  const NetworkInput input = stages.preprocess(expected.image());
  compare_input(expected, input);
  const TrunkResult trunk = stages.trunk(input);
  compare_trunk(expected, trunk);
  compare_proposals_exactly(expected, trunk, stages);
  const Proposed proposed = stages.propose(trunk);
  compare_proposals(expected, proposed.boxes);
  compare_pooled(expected, trunk, stages);
  compare_box_head(expected, trunk, stages);
  const Detected detected = stages.detect(stages.box_head(proposed));
  const auto order = compare_detections(expected, detected);
  if (stages.has_masks()) {
    compare_masks(expected, trunk, stages);
    compare_final(expected, stages.paste(stages.mask_head(detected)).detections, order);
  } else {
    compare_final(expected, stages.finish(detected).detections, order);
  }
}

}  // namespace roiflow::test
