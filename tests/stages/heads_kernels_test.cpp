#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <vector>

#include <doctest/doctest.h>

#include "stages/core/error.hpp"
#include "stages/core/random.hpp"
#include "stages/heads/box_result.hpp"
#include "stages/heads/box_result_kernels.hpp"
#include "stages/kernels/host_run.hpp"
#include "tests/support/brain_float.hpp"
#include "tests/support/thread_run.hpp"

namespace roiflow {
namespace {

/// A batch may be smaller than what the scratch was laid out for.
constexpr int spare_images = 2;

constexpr PhaseOrder orders[] = {PhaseOrder::ascending, PhaseOrder::descending,
                                 PhaseOrder::interleaved};

float uniform(Random& random, double low, double high) {
  return static_cast<float>(random.real(low, high));
}

/// Three images; class logits and deltas are parts of one tensor with a few channels of padding.
struct Batch {
  int classes, proposals;
  std::vector<int> counts;
  std::vector<ImageGeometry> geometry{
      {100, 150, 100, 150, 128, 160}, {50, 40, 125, 100, 128, 160}, {9, 9, 7, 160, 128, 160}};
  std::vector<Box> boxes;
  std::vector<float> outputs;

  Batch(Random& random, int class_count, int proposals_per_image)
      : classes(class_count), proposals(proposals_per_image) {
    counts = {proposals, random.integer(0, proposals), random.integer(0, proposals)};
    for (int i = 0; i < 3 * proposals; ++i) {
      const float x = uniform(random, 0, 140), y = uniform(random, 0, 110);
      boxes.push_back({x, y, x + uniform(random, 0, 60), y + uniform(random, 0, 60)});
    }
  }
  [[nodiscard]] std::size_t stride() const { return 5 * static_cast<std::size_t>(classes) + 3; }
  [[nodiscard]] const float* row(int image, int proposal) const {
    return outputs.data() + static_cast<std::size_t>(image * proposals + proposal) * stride();
  }
  void fill(const std::function<float()>& logit, const std::function<float()>& delta) {
    outputs.clear();
    for (std::size_t i = 0; i < boxes.size() * stride(); ++i) {
      outputs.push_back(i % stride() < static_cast<std::size_t>(classes) ? logit() : delta());
    }
  }
};

std::vector<ScoredBox> on_cpu(const Batch& batch, int image, const BoxResultParams& params) {
  std::vector<float> logits, deltas;
  const int count = batch.counts[static_cast<std::size_t>(image)];
  for (int i = 0; i < count; ++i) {
    const float* row = batch.row(image, i);
    logits.insert(logits.end(), row, row + batch.classes);
    deltas.insert(deltas.end(), row + batch.classes, row + 5 * batch.classes);
  }
  const Box* boxes = batch.boxes.data() + image * batch.proposals;
  return BoxResult(params)(
      {logits.data(), {count, batch.classes}}, {deltas.data(), {count, 4 * batch.classes}},
      {boxes, static_cast<std::size_t>(count)}, batch.geometry[static_cast<std::size_t>(image)]);
}

struct Found {
  std::vector<ScoredBox> rows;
  std::vector<int> counts;
};

/// The outputs in numbers of T, which can hold them.
template <class T, class Run>
Found by_kernels(const Run& run, const Batch& batch, const BoxResultParams& params) {
  BoxResultWork work(params, batch.classes, batch.proposals);
  ScratchLayout size;
  work.lay_out(size, 3 + spare_images);
  std::vector<std::byte> memory(size.bytes(), std::byte{0xA5});
  ScratchLayout arrays(memory.data());
  work.lay_out(arrays, 3 + spare_images);
  work.regions = {batch.boxes.data(), batch.counts.data(), batch.geometry.data()};
  Found found{std::vector<ScoredBox>(3 * static_cast<std::size_t>(params.detections_per_image),
                                     {{7, 7, 7, 7}, 7, 7}),
              std::vector<int>(3, -7)};
  work.out = {found.rows.data(), found.counts.data()};
  const auto stride = static_cast<std::int64_t>(batch.stride());
  std::vector<T> values;
  for (const float value : batch.outputs) values.push_back(Element<T>::from_float(value));
  const BoxHeadOutputs<T> outputs{values.data(), values.data() + batch.classes, stride, stride};
  for (int twice = 0; twice < 2; ++twice) find_detections(run, work, outputs, 3);  // one scratch
  return found;
}

bool equal(const ScoredBox& a, const ScoredBox& b) {
  return a.box == b.box && a.score == b.score && a.label == b.label;
}

/// Kernels and CPU give the same bits; returns how many detections there are.
template <class T, class Run>
std::size_t check(const Run& run, const Batch& batch, const BoxResultParams& params) {
  const Found found = by_kernels<T>(run, batch, params);
  std::size_t total = 0;
  for (int image = 0; image < 3; ++image) {
    CAPTURE(image);
    std::vector<ScoredBox> expected = on_cpu(batch, image, params);
    total += expected.size();
    CHECK(found.counts[static_cast<std::size_t>(image)] == static_cast<int>(expected.size()));
    expected.resize(static_cast<std::size_t>(params.detections_per_image));
    const auto first = found.rows.begin() + image * params.detections_per_image;
    const auto different = std::mismatch(expected.begin(), expected.end(), first, equal).first;
    CHECK(different - expected.begin() == params.detections_per_image);
  }
  return total;
}

std::size_t check(const Batch& batch, const BoxResultParams& params) {
  std::size_t total = 0;
  for (const PhaseOrder order : orders) total = check<float>(HostRun(order), batch, params);
  return total;
}

TEST_CASE("box result kernels: random outputs of many sizes") {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    CAPTURE(seed);
    Random random(1, seed);
    Batch batch(random, random.integer(2, 30), random.integer(1, 200));
    const double spread = random.real(0.5, 6);
    batch.fill([&] { return uniform(random, -spread, spread); },
               [&] { return uniform(random, -2, 2); });
    check(batch, {.score_threshold = seed % 3 == 0 ? 0.0F : 0.05F,
                  .nms_threshold = random.real(0.2, 0.8),
                  .detections_per_image = random.integer(1, 150),
                  .min_size = seed % 2 == 0 ? 1e-2F : 20.0F});
  }
}

TEST_CASE("box result kernels: 1000 proposals of 91 classes, every class a candidate or few") {
  Random random(2, 0);
  Batch batch(random, 91, 1000);
  batch.fill([&] { return uniform(random, -7, 7); }, [&] { return uniform(random, -2, 2); });
  CHECK(check(batch, {}) >= 200);
  CHECK(check(batch, {.score_threshold = 0, .detections_per_image = 1500}) >= 3000);
}

TEST_CASE("box result kernels: more candidates of a class than are sorted in shared memory") {
  Random random(3, 0);
  Batch batch(random, 2, 2500);
  batch.fill([&] { return uniform(random, -1, 1); }, [&] { return uniform(random, -1, 1); });
  CHECK(check(batch, {.detections_per_image = 300}) > 300);
}

TEST_CASE("box result kernels: equal scores, zeros, NaN and infinity") {
  const float inf = INFINITY;
  const std::vector<std::vector<float>> choices = {
      {2},                 // all classes alike
      {0.0F, -0.0F, 3},    //
      {NAN, 1, 2},         // rows with a NaN give nothing
      {-inf, 0, 1},        // classes that cannot be
      {-inf},              //
      {inf, 0},            //
      {3e38F, -3e38F, 0},  // differences overflow
  };
  for (std::size_t choice = 0; choice < choices.size(); ++choice) {
    CAPTURE(choice);
    Random random(4, choice);
    Batch batch(random, 5, 150);
    const std::vector<float>& values = choices[choice];
    const int last = static_cast<int>(values.size()) - 1;
    const auto value = [&](double rare) {
      return values[static_cast<std::size_t>(random.chance(rare) ? 0 : random.integer(0, last))];
    };
    batch.fill([&] { return choice == 2 && !random.chance(0.05) ? 1.0F : value(0); },
               [&] { return random.chance(0.02) ? NAN : std::round(uniform(random, -1, 1)); });
    for (const float threshold : {-1.0F, 0.0F, 0.05F, 0.2F, 0.5F}) {
      CAPTURE(threshold);
      check(batch, {.score_threshold = threshold, .detections_per_image = 37});
    }
  }
}

TEST_CASE("box result kernels: equal boxes of equal scores in all classes") {
  Random random(5, 0);
  Batch batch(random, 12, 300);
  batch.boxes.assign(batch.boxes.size(), Box{10, 2, 30, 7});
  batch.fill([] { return 0.0F; }, [] { return 0.0F; });
  // One box a class is left, of proposal 0.
  CHECK(check(batch, {}) == 11 * 3);
}

TEST_CASE("box result kernels: nothing to find") {
  Random random(6, 0);
  Batch background(random, 1, 20);
  background.fill([] { return 1.0F; }, [] { return 0.0F; });
  CHECK(check(background, {.detections_per_image = 4}) == 0);
  Batch none(random, 3, 20);
  none.counts = {0, 0, 0};
  none.fill([] { return 1.0F; }, [] { return 0.0F; });
  CHECK(check(none, {}) == 0);
  Batch low(random, 3, 20);
  low.fill([] { return 1.0F; }, [] { return 0.0F; });
  CHECK(check(low, {.score_threshold = 2}) == 0);
}

TEST_CASE("box result kernels: room for as many candidates as there can be") {
  CHECK(most_candidates(91, 0.0F) == 90);
  CHECK(most_candidates(91, -1.0F) == 90);
  CHECK(most_candidates(91, 0.05F) == 20);
  CHECK(most_candidates(11, 0.05F) == 10);
  CHECK(most_candidates(91, 0.5F) == 2);
  CHECK(most_candidates(91, 2.0F) == 0);
  // Twenty classes that share all but a trace of the probability: each has just above 0.05, or not.
  Random random(7, 0);
  for (const float rest : {-20.0F, -16.0F, -15.0F, -14.0F}) {
    Batch batch(random, 91, 40);
    int channel = 0;
    batch.fill([&] { return channel++ % 91 < 20 ? 0.0F : rest; }, [] { return 0.0F; });
    check(batch, {.score_threshold = std::nextafter(0.05F, 0.0F)});
    check(batch, {});
  }
}

TEST_CASE("box result kernels: outputs of 16 bits give what their values give") {
  Random random(8, 0);
  Batch batch(random, 21, 300);
  const auto value = [&](double low, double high) {
    const float exact = uniform(random, low, high);
    return Element<BrainFloat>::to_float(Element<BrainFloat>::from_float(exact));
  };
  batch.fill([&] { return value(-4, 4); }, [&] { return value(-2, 2); });
  CHECK(check<BrainFloat>(HostRun(), batch, {}) > 100);
}

TEST_CASE("box result kernels: threads and blocks at once") {
  Random random(9, 0);
  Batch batch(random, 6, 90);
  batch.fill([&] { return std::round(uniform(random, -3, 3)); },
             [&] { return uniform(random, -1, 1); });
  CHECK(check<float>(ThreadRun(), batch, {.detections_per_image = 40}) > 40);
}

TEST_CASE("box result kernels: what they cannot take is refused") {
  CHECK_THROWS_WITH_AS(BoxResultWork({}, 91, 20000),
                       "box_result: 20000 proposals an image, a GPU takes 1 to 16384", Error);
  CHECK_THROWS_AS(BoxResultWork({}, 0, 100), Error);
  CHECK_THROWS_AS(BoxResultWork({.detections_per_image = 0}, 91, 100), Error);
}

}  // namespace
}  // namespace roiflow
