#include <cmath>

#include <doctest/doctest.h>

#include "stages/core/error.hpp"
#include "stages/heads/box_result.hpp"
#include "stages/heads/mask_result.hpp"
#include "tests/support/golden.hpp"

using namespace roiflow;

namespace {

constexpr ImageGeometry geometry{427, 640, 800, 1066, 800, 1088};

std::vector<ScoredBox> detect(std::vector<float> logits, std::vector<float> deltas,
                              std::vector<Box> proposals, const BoxResultParams& params = {}) {
  const auto n = static_cast<std::int64_t>(proposals.size());
  const std::int64_t classes = n > 0 ? static_cast<std::int64_t>(logits.size()) / n : 2;
  return BoxResult(params)({logits.data(), {n, classes}}, {deltas.data(), {n, 4 * classes}},
                           proposals, geometry);
}

void compare(const std::string& name, std::uint64_t stream, std::size_t count, std::size_t classes,
             float spread) {
  const std::vector<ScoredBox> found =
      detect(golden_noise(stream, count * classes, -spread, spread),
             golden_noise(stream + 1, 4 * count * classes, -2, 2),
             golden_boxes(stream + 2, count, 800, 1066, 400));
  const std::string prefix = "detections_" + name;
  const std::vector<float> boxes = detection_golden(prefix + "_boxes").floats();
  const std::vector<float> original = detection_golden(prefix + "_original").floats();
  const std::vector<float> scores = detection_golden(prefix + "_scores").floats();
  const Npy labels = detection_golden(prefix + "_labels");
  REQUIRE(found.size() == scores.size());
  std::vector<Box> found_boxes, found_original;
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    found_boxes.push_back(found[i].box);
    found_original.push_back(to_original(found, geometry)[i].box);
    CHECK(found[i].score == doctest::Approx(scores[i]).epsilon(1e-5));
    const bool tied = (i > 0 && scores[i - 1] - scores[i] < 3e-7F) ||
                      (i + 1 < scores.size() && scores[i] - scores[i + 1] < 3e-7F);
    if (!tied) CHECK(found[i].label == labels.values[i]);
  }
  check_ranked(found_boxes, to_boxes(boxes), scores, 2e-4F);
  check_ranked(found_original, to_boxes(original), scores, 2e-4F);
}

}  // namespace

TEST_CASE("box_result: the example of the header") {
  const std::vector<ScoredBox> found = detect({0, 3}, std::vector<float>(8), {{10, 10, 50, 50}});
  REQUIRE(found.size() == 1);
  CHECK(found[0].label == 1);
  CHECK(found[0].score == doctest::Approx(0.952574));
  CHECK(found[0].box == Box{10, 10, 50, 50});
}

TEST_CASE("box_result: images without any detection") {
  CHECK(detect({}, {}, {}).empty());                                           // no proposal
  CHECK(detect({9, 0}, std::vector<float>(8), {{10, 10, 50, 50}}).empty());    // background
  CHECK(detect({0, 3}, std::vector<float>(8), {{10, 10, 10, 50}}).empty());    // no width
  CHECK(detect({0, 3}, std::vector<float>(8), {{2e3F, 0, 3e3F, 9}}).empty());  // outside
  CHECK(detect({0, NAN}, std::vector<float>(8), {{10, 10, 50, 50}}).empty());
  CHECK(detect({0, 3}, std::vector<float>(8, NAN), {{10, 10, 50, 50}}).empty());
}

TEST_CASE("box_result: equal scores: lower proposal, then lower class; then the limit") {
  const std::vector<Box> proposals{{0, 0, 20, 20}, {100, 100, 120, 120}};
  const std::vector<float> logits{0, 2, 2, 0, 2, 2};
  const auto found = detect(logits, std::vector<float>(24), proposals, {.detections_per_image = 3});
  REQUIRE(found.size() == 3);
  CHECK(found[0].box == proposals[0]);
  CHECK(found[0].label == 1);
  CHECK(found[1].box == proposals[0]);
  CHECK(found[1].label == 2);
  CHECK(found[2].box == proposals[1]);
  CHECK(found[2].label == 1);
}

TEST_CASE("box_result: equals torchvision's") {
  SUBCASE("40 proposals, 5 classes") {
    compare("few", 80, 40, 5, 3);
  }
  SUBCASE("1000 proposals, 91 classes") {
    compare("many", 90, 1000, 91, 7);
  }
}

TEST_CASE("box_result: what does not fit is refused") {
  CHECK_THROWS_WITH_AS(detect({0, 3}, {}, {{0, 0, 1, 1}, {0, 0, 1, 1}, {0, 0, 1, 1}}),
                       doctest::Contains("box_result: "), Error);
  const std::vector<float> numbers(16);
  const std::vector<Box> two(2);
  CHECK_THROWS_WITH_AS(
      BoxResult({})({numbers.data(), {2, 2}}, {numbers.data(), {2, 4}}, two, geometry),
      "box_result: 2 classes ask for 8 deltas per proposal, found 4", Error);
  CHECK_THROWS_AS(BoxResult({.detections_per_image = 0}), Error);
  CHECK_THROWS_AS(BoxResult({.delta_weights = {10, 10, 0, 5}}), Error);
}

TEST_CASE("mask_result: the example of the header, and equal to torchvision's") {
  const float pixel[] = {-1, 0, 2};
  const int two = 2;
  CHECK(mask_result({pixel, {1, 1, 1, 3}}, {&two, 1}).view().data[0] == doctest::Approx(0.880797));
  const std::vector<float> logits = golden_noise(60, 600, -8, 8);
  const std::vector<int> labels{1, 3, 2, 1, 0, 3};
  const Tensor<float, 3> found = mask_result({logits.data(), {6, 5, 5, 4}}, labels);
  const Npy golden = detection_golden("mask_probabilities");
  REQUIRE(golden.values.size() == static_cast<std::size_t>(found.size()));
  for (std::size_t i = 0; i < golden.values.size(); ++i) {
    CHECK(found.view().data[i] == doctest::Approx(golden.values[i]).epsilon(1e-6));
  }
}

TEST_CASE("mask_result: no mask, and what does not fit") {
  CHECK(mask_result({nullptr, {0, 28, 28, 91}}, {}).size() == 0);
  const std::vector<float> logits(8);
  const std::vector<int> label{2};
  CHECK_THROWS_WITH_AS(mask_result({logits.data(), {1, 2, 2, 2}}, label),
                       "mask_result: label 2 of a detection, but the mask head knows 2 classes",
                       Error);
  CHECK_THROWS_AS(mask_result({logits.data(), {2, 2, 2, 1}}, label), Error);
}
