#include <cmath>
#include <cstdlib>
#include <fstream>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "stages/anchors/box_coder.hpp"
#include "stages/losses/box_loss.hpp"
#include "stages/losses/mask_loss.hpp"
#include "stages/losses/pixel_loss.hpp"
#include "stages/losses/rpn_loss.hpp"
#include "stages/masks/rle.hpp"
#include "tests/support/golden.hpp"

// Truth: torchvision's own training-mode functions, run by tests/reference/make_losses_golden.py.
// ROIFLOW_LOSSES_GOLDEN names another folder made by it (with another seed).

using namespace roiflow;
using Json = nlohmann::json;

namespace {

std::string folder() {
  const char* chosen = std::getenv("ROIFLOW_LOSSES_GOLDEN");
  return chosen != nullptr ? chosen : ROIFLOW_SOURCE_DIR "/tests/golden/losses";
}

Json cases(const std::string& name) {
  std::ifstream file(folder() + "/" + name + ".json");
  REQUIRE(file);
  return Json::parse(file);
}

std::uint64_t stream(std::uint64_t number) {
  return static_cast<std::uint64_t>(read_npy(folder() + "/seed.npy").values.at(0)) * 1000 + number;
}

std::vector<float> noise(std::uint64_t number, std::int64_t count, float low, float high) {
  return hash_noise(stream(number), static_cast<std::size_t>(count), low, high);
}

/// hash_boxes() of hash_noise.py.
std::vector<Box> random_boxes(std::uint64_t number, std::int64_t count, float height, float width,
                              float largest) {
  const std::vector<float> u = noise(number, 4 * count, 0, 1);
  std::vector<Box> boxes;
  for (std::size_t i = 0; i < u.size(); i += 4) {
    const float x = u[i] * width, y = u[i + 1] * height;
    boxes.push_back(clip({x, y, x + u[i + 2] * largest, y + u[i + 3] * largest}, height, width));
  }
  return boxes;
}

std::vector<float> floats(const Json& numbers) {
  return numbers.get<std::vector<float>>();
}

std::vector<Box> boxes_of(const Json& numbers) {
  const std::vector<float> values = floats(numbers);
  return to_boxes(values);
}

std::vector<int> ints(const Json& numbers) {
  return numbers.get<std::vector<int>>();
}

std::vector<int> from_runs(const Json& runs) {
  std::vector<int> values;
  for (std::size_t i = 0; i < runs.size(); i += 2) {
    values.insert(values.end(), runs[i + 1].get<std::size_t>(), runs[i].get<int>());
  }
  return values;
}

Samples samples_of(const Json& one) {
  return {one["positive"].get<std::vector<std::uint32_t>>(),
          one["negative"].get<std::vector<std::uint32_t>>()};
}

/// torch adds float32 numbers, some hundred of them, in an order of its own: its own error is some
/// 1e-7 of the sum.
void check_loss(double found, const Json& expected) {
  const double value = expected.is_string()
                           ? std::strtod(expected.get<std::string>().c_str(), nullptr)
                           : expected.get<double>();
  if (!std::isfinite(value)) {
    CHECK(std::isnan(found) == std::isnan(value));
    CHECK(std::isinf(found) == std::isinf(value));
    return;
  }
  INFO("found ", found, ", expected ", value);
  CHECK(std::abs(found - value) <= 2e-6 * std::abs(value) + 1e-9);
}

/// The network outputs of one case, and the anchors of make_losses_golden.py.
struct Rpn {
  explicit Rpn(std::uint64_t first) {
    constexpr std::int64_t grids[][2] = {{16, 24}, {8, 12}, {4, 6}, {2, 3}, {1, 2}};
    for (const auto& [h, w] : grids) {
      logits.push_back(noise(first++, h * w * 3, -4, 4));
      deltas.push_back(noise(first++, h * w * 12, -0.6F, 0.6F));
      levels.push_back({{logits.back().data(), {h, w, 3}}, {deltas.back().data(), {h, w, 12}}});
    }
    anchors = all_anchors(Anchors({{{8}, {16}, {32}, {64}, {128}}, {0.5F, 1, 2}}), levels,
                          {64, 96, 64, 96, 64, 96});
  }
  std::vector<std::vector<float>> logits, deltas;
  std::vector<RpnLevel> levels;
  std::vector<Box> anchors;
};

}  // namespace

TEST_CASE("box coder: encodes as torchvision does, boxes without size included") {
  std::vector<Box> boxes = random_boxes(340, 40, 600, 800, 300);
  std::vector<Box> references = random_boxes(341, 40, 600, 800, 300);
  references[0] = {10, 10, 10, 20};
  boxes[1] = {5, 5, 5, 5};
  const auto compare = [&](const char* name, const BoxCoder& coder) {
    const std::vector<float> expected = read_npy(folder() + "/" + name + ".npy").floats();
    REQUIRE(expected.size() == 4 * boxes.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const float found = coder.encode(boxes[i / 4], references[i / 4])[i % 4];
      CAPTURE(i);
      if (std::isfinite(expected[i])) {
        // The same order of operations; log may differ by an ulp between libraries.
        CHECK(std::abs(found - expected[i]) <= 3e-7F * std::fmax(1.0F, std::abs(expected[i])));
      } else {
        CHECK(std::isnan(found) == std::isnan(expected[i]));
        CHECK(std::signbit(found) * std::isinf(found) ==
              std::signbit(expected[i]) * std::isinf(expected[i]));
      }
    }
  };
  compare("encoded_rpn", BoxCoder{});
  compare("encoded_box", BoxCoder{{10, 10, 5, 5}});
}

TEST_CASE("rpn loss: matches, labels and losses equal torchvision's") {
  for (const Json& one : cases("rpn")) {
    CAPTURE(one["name"]);
    const Rpn rpn(one["stream"].get<std::uint64_t>());
    const std::vector<Box> truth = boxes_of(one["truth"]);
    const std::vector<int> matches = match_boxes(truth, rpn.anchors, RpnLossParams{}.match);
    CHECK(matches == from_runs(one["matches"]));
    const std::vector<int> labels = anchor_labels(matches);
    CHECK(labels == from_runs(one["labels"]));

    const Samples samples = samples_of(one);
    const RpnLoss loss = rpn_loss(rpn.levels, rpn.anchors, truth, matches, samples);
    check_loss(loss.objectness, one["objectness"]);
    check_loss(loss.box, one["box"]);

    // torch draws others, but as many.
    const SamplingParams params{one["batch"].get<int>(), one["fraction"].get<double>()};
    const Samples own = draw_samples(labels, params, Random(1, 2));
    CHECK(own.positive.size() == samples.positive.size());
    CHECK(own.negative.size() == samples.negative.size());
  }
}

TEST_CASE("box loss: candidates, targets and losses equal torchvision's") {
  for (const Json& one : cases("box")) {
    CAPTURE(one["name"]);
    const std::vector<Box> truth = boxes_of(one["truth"]);
    const LabelledBoxes candidates = label_candidates(
        boxes_of(one["proposals"]), truth, ints(one["truth_labels"]), BoxLossParams{}.match);
    const Samples samples = samples_of(one);
    const LabelledBoxes chosen = choose(candidates, samples);
    CHECK(candidates.labels == ints(one["candidate_labels"]));
    CHECK(chosen.boxes == boxes_of(one["boxes"]));
    CHECK(chosen.labels == ints(one["labels"]));
    CHECK(chosen.truth == ints(one["matches"]));

    constexpr std::int64_t classes = 4;
    const std::int64_t count = std::ssize(chosen.boxes);
    const auto first = one["stream"].get<std::uint64_t>();
    const std::vector<float> logits = noise(first, count * classes, -5, 5);
    const std::vector<float> deltas = noise(first + 1, count * 4 * classes, -3, 3);
    const BoxLoss loss = box_loss({logits.data(), {count, classes}},
                                  {deltas.data(), {count, 4 * classes}}, chosen, truth);
    check_loss(loss.classifier, one["classifier"]);
    check_loss(loss.box, one["box"]);

    const SamplingParams params{one["batch"].get<int>(), one["fraction"].get<double>()};
    const Samples own = draw_samples(candidates.labels, params, Random(1, 2));
    CHECK(own.positive.size() == samples.positive.size());
    CHECK(own.negative.size() == samples.negative.size());
    if (params.batch_size > 4 * std::ssize(candidates.boxes)) CHECK(own == samples);
  }
}

TEST_CASE("mask loss: resized masks, targets and loss equal torchvision's") {
  for (const Json& one : cases("mask")) {
    CAPTURE(one["name"]);
    const std::vector<int> original = ints(one["original"]), resized = ints(one["resized"]);
    const ImageGeometry geometry{original[0], original[1], resized[0],
                                 resized[1],  resized[0],  resized[1]};
    std::vector<Rle> masks;
    for (std::size_t i = 0; i < 2; ++i) {
      masks.push_back({original[0], original[1], one["runs"][i].get<std::vector<std::uint32_t>>()});
      const Tensor<float, 2> mask = resize_mask(masks.back(), geometry);
      const auto values = mask.view().span();
      const std::vector<std::uint8_t> pixels(values.begin(), values.end());
      CHECK(encode(pixels.data(), resized[0], resized[1]).runs ==
            one["resized_runs"][i].get<std::vector<std::uint32_t>>());
    }
    LabelledBoxes objects{boxes_of(one["boxes"]), {}, ints(one["matches"])};
    for (const int object : objects.truth) {
      objects.labels.push_back(one["truth_labels"][static_cast<std::size_t>(object)].get<int>());
    }
    constexpr int cells = 7, classes = 4;
    const Tensor<float, 3> targets = mask_targets(objects, masks, geometry, cells);
    CHECK(std::vector<float>(targets.view().data, targets.view().data + targets.view().size()) ==
          floats(one["targets"]));

    const std::int64_t count = std::ssize(objects.boxes);
    const std::vector<float> logits =
        noise(one["stream"].get<std::uint64_t>(), count * cells * cells * classes, -6, 6);
    check_loss(
        mask_loss({logits.data(), {count, cells, cells, classes}}, objects.labels, targets.view()),
        one["loss"]);
  }
}

TEST_CASE("pixel loss: sum and mean equal torch's, whole or row by row") {
  for (const Json& one : cases("pixel")) {
    CAPTURE(one["name"]);
    const auto classes = one["classes"].get<std::int64_t>();
    const auto labels = one["labels"].get<std::vector<std::uint8_t>>();
    const std::int64_t pixels = std::ssize(labels);
    const auto spread = one["spread"].get<float>();
    const std::vector<float> logits =
        noise(one["stream"].get<std::uint64_t>(), pixels * classes, -spread, spread);
    const TensorView<const float, 2> all{logits.data(), {pixels, classes}};
    PixelLoss whole(classes, 255), rows(classes, 255);
    whole.add(all, labels);
    for (std::int64_t done = 0; done < pixels; done += 10) {
      rows.add(all.rows(done, 10), std::span(labels).subspan(static_cast<std::size_t>(done), 10));
    }
    check_loss(whole.sum(), one["sum"]);
    check_loss(whole.mean(), one["mean"]);
    CHECK(rows.sum() == whole.sum());
    CHECK(rows.pixels() == whole.pixels());
  }
}
