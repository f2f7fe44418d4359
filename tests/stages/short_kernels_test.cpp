// Kernels on 16-bit numbers: they read what float32 tensors of the same numbers hold, compute in
// float32, and round once at the end. The float32 kernels are compared with the CPU elsewhere.
#include <vector>

#include <doctest/doctest.h>

#include "stages/core/random.hpp"
#include "stages/core/tensor.hpp"
#include "stages/heads/mask_predictor_kernels.hpp"
#include "stages/kernels/host_block.hpp"
#include "stages/label_map/label_map_kernels.hpp"
#include "stages/preprocess/preprocess_kernels.hpp"
#include "stages/roi_align/roi_align_kernels.hpp"
#include "stages/roi_pool/roi_pool_kernels.hpp"
#include "tests/support/short_float.hpp"

using namespace roiflow;

namespace {

/// The same numbers in both types.
struct Both {
  Both(const Shape<4>& shape, Random& random) : full(shape), brief(shape) {
    for (std::int64_t i = 0; i < full.size(); ++i) {
      const auto value = Element<ShortFloat>::from_float(static_cast<float>(random.real(-3, 3)));
      brief.view().data[i] = value;
      full.view().data[i] = Element<ShortFloat>::to_float(value);
    }
  }
  Tensor<float, 4> full;
  Tensor<ShortFloat, 4> brief;
};

void check_rounded(const Tensor<ShortFloat, 4>& found, const Tensor<float, 4>& full) {
  for (std::int64_t i = 0; i < full.size(); ++i) {
    INFO("element ", i);
    REQUIRE(found.view().data[i] == Element<ShortFloat>::from_float(full.view().data[i]));
  }
}

const std::vector<Box> boxes{{0, 0, 60, 50}, {10, 3, 30, 44}, {-9, 20, 200, 24}, {5, 5, 5, 5}};
const std::vector<int> images{1, 0, 1, -1};
constexpr int regions = 4;

template <class T>
Tensor<T, 4> align(const Tensor<T, 4>& map) {
  Tensor<T, 4> out({regions, 7, 7, map.shape()[3]});
  const BatchLevel<T> level{map.view().data, static_cast<int>(map.shape()[1]),
                            static_cast<int>(map.shape()[2]), 0.25F};
  const auto maps = batch_pyramid<T>(std::span(&level, 1), static_cast<int>(map.shape()[3]), {});
  run_blocks(AlignRegions<T, 8>{maps, boxes.data(), images.data(), out.view().data}, regions * 7);
  return out;
}

template <class T>
Tensor<T, 4> pool(const Tensor<T, 4>& map) {
  Tensor<T, 4> out({regions, 7, 7, map.shape()[3]});
  const BatchMap<T> maps{map.view().data, static_cast<int>(map.shape()[1]),
                         static_cast<int>(map.shape()[2]), static_cast<int>(map.shape()[3]), 0.25F};
  run_blocks(PoolRegions<T, 8>{maps, 7, boxes.data(), images.data(), out.view().data}, regions * 7);
  return out;
}

template <class T>
Tensor<T, 4> preprocess(const BatchStager& stager, const Image& image) {
  std::vector<std::byte> block(BatchStager::batch_bytes(1) +
                               stager.image_bytes(image.height, image.width));
  const Image* const pointer = &image;
  const PreprocessBatch batch = stager.stage(block, std::span(&pointer, 1));
  Tensor<T, 4> out({1, batch.padded_height, batch.padded_width, 4});
  const MakeInput<T, 4> make{batch, block.data(), nullptr, 4, out.view().data};
  run_blocks(make, make.blocks());
  return out;
}

}  // namespace

TEST_CASE("short_kernels: RoIAlign and RoI max pooling") {
  Random random(131, 0);
  const Both map({2, 13, 17, 16}, random);
  check_rounded(align(map.brief), align(map.full));
  check_rounded(pool(map.brief), pool(map.full));
}

TEST_CASE("short_kernels: the mask predictor") {
  Random random(132, 0);
  const Both hidden({3, 4, 5, 4 * 24}, random), weights({7, 1, 1, 24}, random);
  const std::vector<float> bias(7, 0.25F);
  const std::vector<int> labels{6, -1, 2};
  const MaskPredictorLayer layer{weights.full.view().data, bias.data(), 7, 24, 4, 5, 2};
  std::vector<float> full(3 * 8 * 10, -1), brief(3 * 8 * 10, -2);
  const PredictMasks<float, 8> in_full{layer, hidden.full.view().data, labels.data(), 3,
                                       full.data()};
  const PredictMasks<ShortFloat, 8> in_brief{layer, hidden.brief.view().data, labels.data(), 3,
                                             brief.data()};
  run_blocks(in_full, in_full.blocks());
  run_blocks(in_brief, in_brief.blocks());
  CHECK(brief == full);
}

TEST_CASE("short_kernels: label maps") {
  Random random(133, 0);
  const Both scores({2, 6, 7, 16}, random);
  const std::vector<LabelMapTaps> taps{{interpolation_taps(6, 50), interpolation_taps(7, 44)},
                                       {interpolation_taps(6, 20), interpolation_taps(7, 70)}};
  const std::vector<std::uint8_t> values{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  std::vector<std::byte> block(10000);
  const LabelMapBatch batch = stage_label_maps(block, taps, values, 6, 7);
  const auto make = [&](const auto* data, auto element) {
    using T = decltype(element);
    std::vector<std::uint8_t> labels(batch.labels, 255);
    run_blocks(MakeLabelMaps<T, 8>{batch, block.data(), {data, 6, 7, 16}, labels.data()},
               batch.rows);
    return labels;
  };
  CHECK(make(scores.brief.view().data, ShortFloat{}) == make(scores.full.view().data, 0.0F));
}

TEST_CASE("short_kernels: preprocessing") {
  Random random(134, 0);
  Image image{37, 50, {}};
  for (int i = 0; i < 37 * 50 * 3; ++i) {
    image.rgb.push_back(static_cast<std::uint8_t>(random.integer(0, 255)));
  }
  const BatchStager stager(Preprocess({.min_size = 60, .max_size = 90}));
  check_rounded(preprocess<ShortFloat>(stager, image), preprocess<float>(stager, image));
}
