#include <algorithm>
#include <cmath>
#include <tuple>

#include <doctest/doctest.h>

#include "stages/core/error.hpp"
#include "stages/losses/box_loss.hpp"
#include "stages/losses/loss_terms.hpp"
#include "stages/losses/mask_loss.hpp"
#include "stages/losses/pixel_loss.hpp"
#include "stages/losses/rpn_loss.hpp"
#include "stages/losses/training_truth.hpp"

// What the headers say, by arithmetic that can be checked in the head.

using namespace roiflow;

namespace {

std::vector<int> labels_of(std::size_t objects, std::size_t background, std::size_t neither) {
  std::vector<int> labels(objects, 3);
  labels.insert(labels.end(), background, 0);
  labels.insert(labels.end(), neither, -1);
  return labels;
}

Annotation annotation(std::int64_t category, const std::array<double, 4>& bbox) {
  return {.id = 7, .category_id = category, .bbox = bbox};
}

constexpr ImageGeometry doubled{100, 200, 200, 400, 224, 416};

}  // namespace

TEST_CASE("loss terms: examples and limits") {
  CHECK(smooth_l1(0) == 0);
  CHECK(smooth_l1(1.0 / 18) == doctest::Approx(0.5 / 36));  // d^2 / (2 beta)
  CHECK(smooth_l1(-2) == doctest::Approx(2 - 1.0 / 18));
  CHECK(binary_cross_entropy(0, 1) == doctest::Approx(std::log(2.0)));
  CHECK(binary_cross_entropy(1000, 0) == 1000);
  CHECK(binary_cross_entropy(-1000, 0) == 0);
  CHECK(binary_cross_entropy(2, 0.25) ==
        doctest::Approx(0.25 * std::log1p(std::exp(-2)) + 0.75 * (2 + std::log1p(std::exp(-2)))));
  const float logits[] = {1000, 1000, -1000};
  CHECK(cross_entropy(logits, 0) == doctest::Approx(std::log(2.0)));
  CHECK(cross_entropy(logits, 2) == doctest::Approx(2000 + std::log(2.0)));
  CHECK(std::isnan(binary_cross_entropy(NAN, 1)));
  CHECK(std::isnan(smooth_l1(NAN)));
}

TEST_CASE("matching: the example of the header, and no object") {
  const Box truth{0, 0, 10, 10};
  const std::vector<Box> boxes{{0, 0, 10, 8}, {0, 0, 10, 5}, {0, 0, 10, 2}};
  CHECK(match_boxes({&truth, 1}, boxes, {}) == std::vector<int>{0, undecided, not_matched});
  CHECK(match_boxes({}, boxes, {}) == std::vector<int>(3, not_matched));
  CHECK(match_boxes({&truth, 1}, {}, {}).empty());
  // Only poor boxes: the best one is matched all the same, or not.
  CHECK(match_boxes({&truth, 1}, {&boxes[2], 1}, {}) == std::vector<int>{0});
  CHECK(match_boxes({&truth, 1}, {&boxes[2], 1}, {.keep_best = false}) ==
        std::vector<int>{not_matched});
  CHECK_THROWS_AS(std::ignore = match_boxes({}, {}, {.high = 0.3F, .low = 0.7F}), Error);
}

TEST_CASE("sampling: counts, order, and the stream alone decides") {
  CHECK(draw_samples(std::vector<int>{1, 0, -1, 0}, {4, 0.5}, Random(0, 0)) ==
        Samples{{0}, {1, 3}});
  const std::vector<int> labels = labels_of(100, 1000, 50);
  const Samples drawn = draw_samples(labels, {128, 0.25}, Random(5, 6));
  CHECK(drawn.positive.size() == 32);
  CHECK(drawn.negative.size() == 96);
  for (const auto* part : {&drawn.positive, &drawn.negative}) {
    CHECK(std::ranges::is_sorted(*part));
    CHECK(std::ranges::adjacent_find(*part) == part->end());
  }
  CHECK(drawn.positive.back() < 100);
  CHECK(drawn.negative.front() >= 100);
  CHECK(drawn.negative.back() < 1100);
  CHECK(draw_samples(labels, {128, 0.25}, Random(5, 6)) == drawn);
  CHECK_FALSE(draw_samples(labels, {128, 0.25}, Random(5, 7)) == drawn);
  CHECK(draw_samples(labels, {5000, 0.5}, Random(5, 6)) == all_samples(labels));
  CHECK(all_samples(labels).size() == 1100);
}

TEST_CASE("sampling: every choice is equally likely") {
  const std::vector<int> labels = labels_of(0, 10, 0);
  std::vector<int> drawn(10);
  for (std::uint64_t image = 0; image < 10000; ++image) {
    for (const auto i : draw_samples(labels, {3, 0.5}, Random(1, image)).negative) ++drawn[i];
  }
  // 3000 expected, standard deviation 46: five of them.
  for (const int count : drawn) CHECK(std::abs(count - 3000) < 230);
}

TEST_CASE("sampling: what makes no sense is refused") {
  CHECK_THROWS_WITH_AS(std::ignore = draw_samples({}, {0, 0.5}, Random(0, 0)),
                       "sampling: the batch size must be positive, found 0", Error);
  CHECK_THROWS_AS(std::ignore = draw_samples({}, {1, 1.5}, Random(0, 0)), Error);
}

TEST_CASE("rpn loss: one anchor that equals the object") {
  const float logit = 0, deltas[4] = {};
  const RpnLevel level{{&logit, {1, 1, 1}}, {deltas, {1, 1, 4}}};
  const Box box{-16, -16, 16, 16};
  const RpnLoss loss = rpn_loss({&level, 1}, {&box, 1}, {&box, 1}, RpnLossParams{}, Random(0, 0));
  CHECK(loss.objectness == doctest::Approx(std::log(2.0)));
  CHECK(loss.box == 0);
  CHECK_THROWS_AS(std::ignore = rpn_loss({&level, 1}, {}, {}, RpnLossParams{}, Random(0, 0)),
                  Error);
}

TEST_CASE("mask targets: the object covers the left half of the box") {
  const Rle mask{4, 8, {0, 16, 16}};  // 4 of 8 columns
  const ImageGeometry geometry{4, 8, 8, 16, 32, 32};
  const LabelledBoxes objects{{{4, 0, 12, 8}}, {1}, {0}};
  const Tensor<float, 3> targets = mask_targets(objects, {&mask, 1}, geometry, 2);
  const auto t = targets.view();
  // Of the four samples in a row of the left cell the last one, x = 7.5, sees half of it.
  CHECK(t(0, 0, 0) == doctest::Approx(0.875));
  CHECK(t(0, 1, 0) == doctest::Approx(0.875));
  CHECK(t(0, 0, 1) == 0);
  CHECK(t(0, 1, 1) == 0);
  CHECK_THROWS_WITH_AS(std::ignore = resize_mask({4, 7, {28}}, geometry),
                       "mask: expected the size of the image, 4 x 8 pixels (height x width), "
                       "found 4 x 7",
                       Error);
  CHECK_THROWS_AS(std::ignore = mask_targets(objects, {}, geometry, 2), Error);
}

TEST_CASE("pixel loss: the example of the header, and labels that are none") {
  const float logits[] = {0, 0, 0, 0};
  const std::uint8_t labels[] = {1, 255}, wrong[] = {1, 2};
  PixelLoss loss(2, 255);
  CHECK(std::isnan(loss.mean()));
  loss.add({logits, {2, 2}}, labels);
  CHECK(loss.sum() == doctest::Approx(std::log(2.0)));
  CHECK(loss.mean() == loss.sum());
  CHECK(loss.pixels() == 1);
  CHECK_THROWS_WITH_AS(loss.add({logits, {2, 2}}, wrong),
                       "label map: label 2 is neither below 2 (the model's classes) nor the "
                       "ignore label 255",
                       Error);
  CHECK_THROWS_AS(loss.add({logits, {1, 2}}, labels), Error);
}

TEST_CASE("training truth: scaled boxes, labels by category") {
  const std::vector<Annotation> found{annotation(18, {10, 20, 30, 40}),
                                      annotation(17, {-5, 90, 1000, 1000})};
  const TrainingTruth truth = training_truth(found, doubled, {{17, 18}, 3});
  CHECK(truth.boxes == std::vector<Box>{{20, 40, 80, 120}, {0, 180, 400, 200}});
  CHECK(truth.labels == std::vector<int>{2, 1});
  CHECK(truth.masks.empty());
  CHECK(training_truth({&found[1], 1}, doubled, {{}, 18}).labels == std::vector<int>{17});
}

TEST_CASE("training truth: crowds and boxes without size are left out") {
  std::vector<Annotation> found(4, annotation(1, {10, 20, 30, 40}));
  found[0].iscrowd = true;
  found[1].bbox = {10, 20, 0, 40};
  found[2].bbox = {300, 20, 30, 40};  // beyond the image
  found[3].segmentation = Polygons{{{10, 20, 40, 20, 40, 60, 10, 60}}};
  const TrainingTruth truth = training_truth(found, doubled, {{}, 2, true});
  CHECK(truth.boxes == std::vector<Box>{{20, 40, 80, 120}});
  REQUIRE(truth.masks.size() == 1);
  CHECK(truth.masks[0].height == 100);
}

TEST_CASE("training truth: what the model cannot learn is refused") {
  const Annotation one = annotation(9, {10, 20, 30, 40});
  CHECK_THROWS_WITH_AS(std::ignore = training_truth({&one, 1}, doubled, {{1, 2}, 3}),
                       "annotation 7: category 9 is none of the model's 2 classes (category_ids "
                       "of its description)",
                       Error);
  CHECK_THROWS_WITH_AS(std::ignore = training_truth({&one, 1}, doubled, {{9}, 2, true}),
                       "annotation 7: the mask loss needs a mask, found none", Error);
}
