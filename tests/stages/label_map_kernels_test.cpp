// Truth: make_label_map, which is compared with torch and the FCN paper's arithmetic elsewhere.
#include "stages/label_map/label_map_kernels.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "stages/core/error.hpp"
#include "stages/core/random.hpp"
#include "stages/kernels/host_block.hpp"
#include "stages/label_map/label_map.hpp"

using namespace roiflow;

namespace {

struct Case {
  int height, width, classes, stride;
};

/// Scores as networks make them: mostly one class is clearly the best, here and there none is.
Tensor<float, 4> make_scores(int images, const Case& c, Random& random) {
  Tensor<float, 4> scores({images, c.height, c.width, c.stride});
  const auto view = scores.view();
  for (std::int64_t at = 0; at < scores.size(); at += c.stride) {
    float* pixel = view.data + at;
    const int best = random.integer(0, c.classes - 1);
    const bool close = random.chance(0.3);
    for (int k = 0; k < c.stride; ++k) {
      pixel[k] = static_cast<float>(random.real(-1, close ? -0.99 : 1)) +
                 (k == best && !close ? 9.0F : 0.0F);
      if (k >= c.classes) pixel[k] = 1e9F;  // padding, never looked at
    }
    if (random.chance(0.02)) pixel[best] = std::numeric_limits<float>::quiet_NaN();
    if (random.chance(0.02)) pixel[best] = pixel[(best + 1) % c.classes];
    if (random.chance(0.02)) pixel[best] = -std::numeric_limits<float>::infinity();
  }
  return scores;
}

LabelMapTaps make_taps(const Case& c, int height, int width, bool deconvolution) {
  if (!deconvolution)
    return {interpolation_taps(c.height, height), interpolation_taps(c.width, width)};
  const Deconvolution rule{8, 5};
  return {deconvolution_taps(c.height, rule, height, height),
          deconvolution_taps(c.width, rule, width + 3, width)};
}

template <int pack>
void compare(const Case& c, bool deconvolution, Random& random, PhaseOrder order) {
  std::vector<LabelMapTaps> images;
  const std::pair<int, int> sizes[] = {{40, 57}, {1, 1}, {300, 2}, {1, 290}, {33, 64}};
  std::size_t bytes = label_map_batch_bytes(static_cast<int>(std::size(sizes)), c.classes);
  for (auto [height, width] : sizes) {
    if (deconvolution) {  // reaches as far as the scores, and no image is larger
      height = std::min(height, 8 * c.height);
      width = std::min(width, 8 * c.width);
    }
    images.push_back(make_taps(c, height, width, deconvolution));
    bytes += label_map_image_bytes(height, width);
  }
  std::vector<std::uint8_t> values;
  for (int k = 0; k < c.classes; ++k) values.push_back(static_cast<std::uint8_t>(255 - 2 * k));
  std::vector<std::byte> block(bytes);
  const LabelMapBatch batch = stage_label_maps(block, images, values, c.height, c.width);
  CHECK(batch.bytes == bytes);
  const Tensor<float, 4> scores = make_scores(batch.images, c, random);
  std::vector<std::uint8_t> labels(batch.labels, 1);
  run_blocks(
      MakeLabelMaps<float, pack>{
          batch, block.data(), {scores.view().data, c.height, c.width, c.stride}, labels.data()},
      batch.rows, order);
  auto found = labels.begin();
  for (std::size_t i = 0; i < images.size(); ++i) {
    std::vector<float> own;  // without the padding
    const auto view = scores.view().rows(static_cast<std::int64_t>(i), 1);
    for (std::int64_t at = 0; at < view.size(); at += c.stride) {
      own.insert(own.end(), view.data + at, view.data + at + c.classes);
    }
    const LabelMap expected = make_label_map({own.data(), {c.height, c.width, c.classes}},
                                             images[i].rows, images[i].columns, values);
    const auto end = found + std::ssize(expected.labels);
    INFO("image ", i, ", classes ", c.classes, ", pack ", pack);
    REQUIRE(std::vector<std::uint8_t>(found, end) == expected.labels);
    found = end;
  }
}

}  // namespace

TEST_CASE("label_map_kernels: equal to the CPU, label for label") {
  Random random(121, 0);
  const Case cases[] = {{7, 9, 21, 24}, {17, 21, 21, 32}, {1, 1, 3, 8}, {5, 40, 16, 16}};
  for (const Case& c : cases) {
    for (const bool deconvolution : {false, true}) {
      for (const PhaseOrder order :
           {PhaseOrder::ascending, PhaseOrder::descending, PhaseOrder::interleaved}) {
        compare<8>(c, deconvolution, random, order);
      }
    }
  }
  compare<1>({6, 5, 21, 21}, false, random, PhaseOrder::ascending);
  compare<1>({6, 5, 2, 3}, true, random, PhaseOrder::interleaved);
}

TEST_CASE("stage_label_maps: what does not fit is refused") {
  const std::vector<LabelMapTaps> images{{interpolation_taps(5, 20), interpolation_taps(6, 20)}};
  const std::array<std::uint8_t, 2> values{0, 1};
  std::vector<std::byte> block(label_map_batch_bytes(1, 2) + label_map_image_bytes(20, 20));
  CHECK_NOTHROW(static_cast<void>(stage_label_maps(block, images, values, 5, 6)));
  CHECK_THROWS_AS(static_cast<void>(stage_label_maps(block, images, values, 4, 6)), Error);
  CHECK_THROWS_AS(static_cast<void>(stage_label_maps(block, images, values, 5, 5)), Error);
  block.pop_back();
  CHECK_THROWS_AS(static_cast<void>(stage_label_maps(block, images, values, 5, 6)), Error);
}
