#include "stages/proposals/proposals_kernels.hpp"

#include <cmath>
#include <cstddef>
#include <functional>
#include <vector>

#include <doctest/doctest.h>

#include "stages/core/error.hpp"
#include "stages/core/random.hpp"
#include "stages/kernels/host_run.hpp"
#include "stages/proposals/proposals.hpp"
#include "tests/support/brain_float.hpp"
#include "tests/support/thread_run.hpp"

namespace roiflow {
namespace {

/// A batch may be smaller than what the scratch was laid out for.
constexpr int spare_images = 2;

constexpr PhaseOrder orders[] = {PhaseOrder::ascending, PhaseOrder::descending,
                                 PhaseOrder::interleaved};

/// One network output for several images: per level one tensor of `stride` channels, the logits in
/// the first A of them and the deltas somewhere behind.
struct Batch {
  std::vector<Shape<2>> grids;
  Shape<2> padded{};
  std::vector<ImageGeometry> images;
  int per_cell = 3, stride = 16, deltas_at = 3;
  std::vector<std::vector<float>> maps;

  void fill(const std::function<float(std::size_t channel)>& value) {
    maps.clear();
    for (const Shape<2>& grid : grids) {
      std::vector<float>& map = maps.emplace_back();
      const auto elements = images.size() * static_cast<std::size_t>(grid[0] * grid[1] * stride);
      for (std::size_t i = 0; i < elements; ++i) {
        map.push_back(value(i % static_cast<std::size_t>(stride)));
      }
    }
  }
};

/// Five levels of 128 x 160 and three images that fill it differently.
Batch small_batch() {
  Batch batch;
  batch.padded = {128, 160};
  batch.images = {
      {128, 160, 128, 160, 128, 160}, {60, 50, 120, 100, 128, 160}, {9, 160, 9, 160, 128, 160}};
  for (int stride = 4; stride <= 64; stride *= 2) {
    batch.grids.push_back({(128 + stride - 1) / stride, (160 + stride - 1) / stride});
  }
  return batch;
}

std::vector<Box> on_cpu(const Batch& batch, std::size_t image, const Proposals& proposals) {
  std::vector<std::vector<float>> logits, deltas;
  for (std::size_t level = 0; level < batch.grids.size(); ++level) {
    const Shape<2>& grid = batch.grids[level];
    const auto cells = static_cast<std::size_t>(grid[0] * grid[1]);
    const float* pixel =
        batch.maps[level].data() + image * cells * static_cast<std::size_t>(batch.stride);
    logits.emplace_back();
    deltas.emplace_back();
    for (std::size_t i = 0; i < cells; ++i, pixel += batch.stride) {
      logits.back().insert(logits.back().end(), pixel, pixel + batch.per_cell);
      const float* first = pixel + batch.deltas_at;
      deltas.back().insert(deltas.back().end(), first, first + 4 * batch.per_cell);
    }
  }
  std::vector<RpnLevel> levels;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const Shape<2>& grid = batch.grids[i];
    levels.push_back({{logits[i].data(), {grid[0], grid[1], batch.per_cell}},
                      {deltas[i].data(), {grid[0], grid[1], 4 * batch.per_cell}}});
  }
  return proposals(levels, batch.images[image]);
}

struct Found {
  std::vector<Box> boxes;
  std::vector<int> counts, images;
};

/// The maps in numbers of T, which can hold them.
template <class T, class Run>
Found by_kernels(const Run& run, const Batch& batch, const Anchors& anchors,
                 const ProposalParams& params) {
  const auto images = static_cast<int>(batch.images.size());
  ProposalWork work(anchors, params, batch.grids, batch.padded);
  ScratchLayout size;
  work.lay_out(size, images + spare_images);
  std::vector<std::byte> memory(size.bytes(), std::byte{0xA5});
  ScratchLayout arrays(memory.data());
  work.lay_out(arrays, images + spare_images);
  work.geometry = batch.images.data();
  const auto rows = batch.images.size() * static_cast<std::size_t>(params.post_nms_top_n);
  Found found{std::vector<Box>(rows, Box{7, 7, 7, 7}), std::vector<int>(batch.images.size(), -7),
              std::vector<int>(rows, -7)};
  work.out = {found.boxes.data(), found.counts.data(), found.images.data()};
  std::vector<std::vector<T>> values;
  RpnMaps<T> maps;
  for (const std::vector<float>& map : batch.maps) {
    std::vector<T>& level = values.emplace_back();
    for (const float value : map) level.push_back(Element<T>::from_float(value));
    maps.level[values.size() - 1] = {level.data(), level.data() + batch.deltas_at, batch.stride,
                                     batch.stride};
  }
  for (int twice = 0; twice < 2; ++twice) propose(run, work, maps, images);  // one scratch
  return found;
}

/// Kernels and CPU give the same bits; returns how many proposals there are.
template <class T, class Run>
std::size_t check(const Run& run, const Batch& batch, const AnchorParams& anchor_params,
                  const ProposalParams& params) {
  const Proposals proposals(anchor_params, params);
  const Found found = by_kernels<T>(run, batch, Anchors(anchor_params), params);
  const auto most = static_cast<std::size_t>(params.post_nms_top_n);
  std::size_t total = 0;
  for (std::size_t image = 0; image < batch.images.size(); ++image) {
    CAPTURE(image);
    std::vector<Box> expected = on_cpu(batch, image, proposals);
    total += expected.size();
    CHECK(found.counts[image] == static_cast<int>(expected.size()));
    std::vector<int> numbers(expected.size(), static_cast<int>(image));
    expected.resize(most);
    numbers.resize(most, -1);
    const auto first = static_cast<std::ptrdiff_t>(image * most);
    const auto end = first + params.post_nms_top_n;
    CHECK(std::vector<Box>(found.boxes.begin() + first, found.boxes.begin() + end) == expected);
    CHECK(std::vector<int>(found.images.begin() + first, found.images.begin() + end) == numbers);
  }
  return total;
}

std::size_t check(const Batch& batch, const AnchorParams& anchors, const ProposalParams& params) {
  std::size_t total = 0;
  for (const PhaseOrder order : orders) {
    total = check<float>(HostRun(order), batch, anchors, params);
  }
  return total;
}

float uniform(Random& random, double low, double high) {
  return static_cast<float>(random.real(low, high));
}

TEST_CASE("proposals kernels: random maps, limits that bite and limits that do not") {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    CAPTURE(seed);
    Random random(1, seed);
    Batch batch = small_batch();
    batch.fill([&](std::size_t channel) {
      return channel < 3 ? uniform(random, -6, 3) : uniform(random, -0.6, 0.6);
    });
    const ProposalParams params{.pre_nms_top_n = random.integer(1, 900),
                                .post_nms_top_n = random.integer(1, 400),
                                .nms_threshold = random.real(0.2, 0.9),
                                .min_size = seed % 2 == 0 ? 1e-3F : 12.0F,
                                .score_threshold = seed % 3 == 0 ? 0.0F : 0.2F};
    CHECK(check(batch, {}, params) > 0);
  }
}

TEST_CASE("proposals kernels: every candidate of the largest level, sorted where it lies") {
  Random random(2, 0);
  Batch batch = small_batch();
  batch.fill([&](std::size_t channel) {
    return channel < 3 ? uniform(random, -40, 40) : uniform(random, -0.2, 0.2);
  });
  CHECK(check(batch, {}, {.pre_nms_top_n = 5000, .post_nms_top_n = 2000}) > 100);
}

TEST_CASE("proposals kernels: plateaus, zeros of both signs, saturated scores, NaN and infinity") {
  const float inf = INFINITY;
  const std::vector<std::vector<float>> choices = {
      {2},                                   // one plateau
      {0.0F, -0.0F},                         // equal, whatever the sign
      {30, 40, 50, 35.5F},                   // the sigmoid is 1 for all of them
      {-200, -150, -inf},                    // and 0 for these
      {NAN, 1, 2, -3},                       // NaN takes a place and gives nothing
      {NAN},                                 //
      {inf, -inf, NAN, 0.5F, -0.5F},         //
      {1, std::nextafter(1.0F, 2.0F), 1.5F}  // differ in the last bit
  };
  for (std::size_t choice = 0; choice < choices.size(); ++choice) {
    CAPTURE(choice);
    Random random(3, choice);
    Batch batch = small_batch();
    batch.fill([&](std::size_t channel) {
      if (channel >= 3) return random.chance(0.01) ? NAN : uniform(random, -0.6, 0.6);
      const std::vector<float>& values = choices[choice];
      return values[static_cast<std::size_t>(
          random.integer(0, static_cast<int>(values.size()) - 1))];
    });
    for (const int pre : {1, 77, 1000}) {
      check(batch, {}, {.pre_nms_top_n = pre, .post_nms_top_n = 120, .nms_threshold = 0.6});
    }
  }
}

TEST_CASE("proposals kernels: an image without any proposal") {
  Batch batch = small_batch();
  batch.fill([&](std::size_t) { return -5.0F; });
  CHECK(check(batch, {}, {.post_nms_top_n = 10, .score_threshold = 0.5F}) == 0);
}

TEST_CASE("proposals kernels: one level of fifteen anchors, detectron2's convention, odd strides") {
  Random random(4, 0);
  Batch batch;
  batch.padded = {200, 272};
  batch.grids = {{13, 17}};
  batch.images = {{200, 272, 200, 272, 200, 272}, {1, 1, 150, 200, 200, 272}};
  batch.per_cell = 15;
  batch.stride = 81;
  batch.deltas_at = 17;
  batch.fill([&](std::size_t channel) {
    return channel < 15 ? std::round(uniform(random, -9, 9)) : uniform(random, -1, 1);
  });
  const AnchorParams anchors{{{32, 64, 128, 256, 512}}, {0.5F, 1, 2}, AnchorConvention::detectron2};
  CHECK(check(batch, anchors, {.pre_nms_top_n = 3000, .post_nms_top_n = 300, .min_size = 1e-30F}) >
        10);
  CHECK(check(batch, anchors, {.pre_nms_top_n = 600, .post_nms_top_n = 30}) == 60);
}

TEST_CASE("proposals kernels: several tiles a level, few of them wanted") {
  Random random(5, 0);
  Batch batch;
  batch.padded = {400, 400};
  batch.grids = {{100, 100}, {50, 50}};
  batch.images = {{400, 400, 400, 400, 400, 400}};
  batch.fill([&](std::size_t channel) {
    // Few bits, as half and bfloat16 have them: most of the wanted ones are tied.
    return channel < 3 ? std::round(uniform(random, -20, 20)) / 8 : uniform(random, -0.3, 0.3);
  });
  const AnchorParams anchors{{{16}, {32}}, {0.5F, 1, 2}};
  CHECK(check(batch, anchors, {}) > 100);
  CHECK(check(batch, anchors, {.pre_nms_top_n = 17, .post_nms_top_n = 12}) > 0);
}

TEST_CASE("proposals kernels: maps of 16 bits give what their values give") {
  Random random(6, 0);
  Batch batch = small_batch();
  batch.fill([&](std::size_t channel) {
    const float value = channel < 3 ? uniform(random, -9, 9) : uniform(random, -0.6, 0.6);
    return Element<BrainFloat>::to_float(Element<BrainFloat>::from_float(value));
  });
  for (const int pre : {20, 300, 1000}) {
    CHECK(check<BrainFloat>(HostRun(), batch, {}, {.pre_nms_top_n = pre}) > 0);
  }
}

TEST_CASE("proposals kernels: threads and blocks at once") {
  Random random(7, 0);
  Batch batch = small_batch();
  batch.fill([&](std::size_t channel) {
    return channel < 3 ? std::round(uniform(random, -20, 20)) / 4 : uniform(random, -0.6, 0.6);
  });
  CHECK(check<float>(ThreadRun(), batch, {}, {.pre_nms_top_n = 150, .post_nms_top_n = 200}) > 0);
}

TEST_CASE("proposals kernels: what they cannot take is refused") {
  const Anchors anchors(AnchorParams{{{32}}, {1}});
  const Shape<2> grids[] = {{200, 200}};
  CHECK_THROWS_WITH_AS(ProposalWork(anchors, {.pre_nms_top_n = 20000}, grids, {800, 800}),
                       "proposals: pre_nms_top_n is 20000, a GPU takes at most 16384", Error);
  CHECK_THROWS_WITH_AS(
      ProposalWork(anchors, {}, {}, {800, 800}),
      "proposals: anchors are described for 1 levels, the network has 0; a GPU takes 8", Error);
  CHECK_THROWS_AS(ProposalWork(anchors, {.post_nms_top_n = 0}, grids, {800, 800}), Error);
}

}  // namespace
}  // namespace roiflow
