// Truth: RoiAlign, which is compared with torchvision elsewhere.
#include "stages/roi_align/roi_align_kernels.hpp"

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "stages/core/random.hpp"
#include "stages/kernels/host_block.hpp"

using namespace roiflow;

namespace {

constexpr std::array orders{PhaseOrder::ascending, PhaseOrder::descending, PhaseOrder::interleaved};

/// Maps of several images, regions on them.
struct Batch {
  Batch(int image_count, int map_channels, int level_count, Random& random)
      : images_of_maps(image_count), channels(map_channels) {
    for (int i = 0; i < level_count; ++i) {
      const int height = std::max(1, 50 >> i), width = std::max(1, 67 >> i);
      maps.emplace_back(Shape<4>{image_count, height, width, channels});
      for (float& value : maps.back().view().span()) {
        value = random.chance(0.1) ? -0.0F : static_cast<float>(random.real(-2, 2));
      }
      levels.push_back({maps.back().view().data, height, width, std::ldexp(0.25F, -i)});
    }
  }

  void add_regions(int count, Random& random) {
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    constexpr float infinite = std::numeric_limits<float>::infinity();
    boxes = {{nan, 0, 9, 9},     {0, 0, infinite, 9}, {30, 40, 30, 40},     {90, 50, 40, 20},
             {-900, 0, -90, 20}, {0, 0, 268, 200},    {-60, -60, 400, 400}, {5, -3, 6, 300},
             {0, 0, 224, 224},   {0, 0, 112, 112},    {0, 0, 268, 0.1F},    {-30000, 0, 30000, 9}};
    while (static_cast<int>(boxes.size()) < count) {
      const double size = std::exp2(random.real(-3, 9));
      const double x = random.real(-20, 270), y = random.real(-20, 200);
      boxes.push_back({static_cast<float>(x), static_cast<float>(y),
                       static_cast<float>(x + size * std::exp2(random.real(-1, 1))),
                       static_cast<float>(y + size * std::exp2(random.real(-1, 1)))});
    }
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      images.push_back(random.integer(-1, images_of_maps - 1));
    }
  }

  /// What the CPU makes of one region.
  [[nodiscard]] Tensor<float, 4> expected(std::size_t region, const RoiAlignParams& params) const {
    const int image = images[region];
    std::vector<FeatureLevel> of_image;
    for (std::size_t i = 0; i < maps.size(); ++i) {
      const auto view = maps[i].view().rows(image, 1);
      of_image.push_back(
          {{view.data, {view.shape[1], view.shape[2], view.shape[3]}}, levels[i].scale});
    }
    return RoiAlign(params)(of_image, std::span(&boxes[region], 1));
  }

  int images_of_maps, channels;
  std::vector<Tensor<float, 4>> maps;
  std::vector<BatchLevel<float>> levels;
  std::vector<Box> boxes;
  std::vector<int> images;
};

template <int pack>
void compare(const Batch& batch, const RoiAlignParams& params, PhaseOrder order) {
  const auto regions = static_cast<std::int64_t>(batch.boxes.size());
  Tensor<float, 4> out({regions, params.bins, params.bins, batch.channels});
  for (float& value : out.view().span()) value = 1e30F;
  const BatchPyramid<float> maps = batch_pyramid<float>(batch.levels, batch.channels, params);
  run_blocks(
      AlignRegions<float, pack>{maps, batch.boxes.data(), batch.images.data(), out.view().data},
      static_cast<int>(regions) * params.bins, order);
  for (std::size_t i = 0; i < batch.boxes.size(); ++i) {
    const auto found = out.view().rows(static_cast<std::int64_t>(i), 1);
    INFO("region ", i, ", bins ", params.bins, ", samples ", params.samples, ", aligned ",
         params.aligned, ", pack ", pack);
    if (batch.images[i] < 0) {
      for (const float value : found.span()) REQUIRE(value == 0);
      continue;
    }
    const Tensor<float, 4> expected = batch.expected(i, params);
    REQUIRE(std::memcmp(found.data, expected.view().data,
                        static_cast<std::size_t>(found.size()) * sizeof(float)) == 0);
  }
}

}  // namespace

TEST_CASE("roi_align_kernels: equal to the CPU, bit for bit") {
  Random random(81, 0);
  for (const int levels : {1, 4}) {
    Batch batch(3, 24, levels, random);
    batch.add_regions(40, random);
    for (const int bins : {1, 7, 14}) {
      for (const int samples : {0, 1, 2, 3}) {
        for (const bool aligned : {false, true}) {
          const RoiAlignParams params{.bins = bins, .samples = samples, .aligned = aligned};
          compare<8>(batch, params, PhaseOrder::ascending);
        }
      }
    }
    for (const PhaseOrder order : orders) {
      compare<8>(batch, {}, order);
      compare<8>(batch, {.samples = 0, .aligned = true}, order);
    }
  }
}

TEST_CASE("roi_align_kernels: channels that eight do not divide") {
  Random random(82, 0);
  Batch batch(2, 5, 3, random);
  batch.add_regions(30, random);
  CHECK(!fits_packs(batch.levels[0].data, batch.channels));
  for (const int samples : {0, 2}) {
    compare<1>(batch, {.samples = samples}, PhaseOrder::interleaved);
  }
}

TEST_CASE("roi_align_kernels: more samples than a block remembers") {
  Random random(83, 0);
  Batch batch(1, 8, 1, random);
  batch.add_regions(16, random);
  compare<8>(batch, {.bins = 3, .samples = 40}, PhaseOrder::ascending);
  compare<8>(batch, {.bins = 43, .samples = 3}, PhaseOrder::ascending);
}

// The borders are exact: on either side of every one, and everywhere else.
TEST_CASE("level_borders: choose the level that the logarithm chooses") {
  Random random(84, 0);
  for (const float canonical : {224.0F, 56.0F, 100.5F}) {
    for (const int highest : {2, 4, 5, 6}) {
      const PyramidLevels pyramid{.lowest = 2, .highest = highest, .canonical_size = canonical};
      const LevelBorders borders = level_borders(pyramid);
      const auto agree = [&](const Box& box) {
        return borders.index_of(box) == pyramid.index_of(box);
      };
      if (highest == 2) {
        CHECK(borders.index_of({0, 0, NAN, 1}) == 0);  // a single level takes all
        continue;
      }
      for (int i = 1; i < borders.levels; ++i) {
        const float at = borders.smallest[i];
        CHECK(pyramid.index_of_size(at) == i);
        CHECK(pyramid.index_of_size(std::nextafter(at, 0.0F)) == i - 1);
        float side = at;
        for (int step = 0; step < 5; ++step) side = std::nextafter(side, 0.0F);
        for (int step = 0; step < 10; ++step) {
          CHECK(agree({0, 0, side, side}));
          side = std::nextafter(side, 1e9F);
        }
      }
      for (int i = 0; i < 20000; ++i) {
        const auto side = [&] { return static_cast<float>(std::exp2(random.real(-20, 20))); };
        const auto x = static_cast<float>(random.real(-100, 100));
        REQUIRE(agree({x, x, x + side(), x + side()}));
      }
      constexpr float infinite = std::numeric_limits<float>::infinity();
      for (const Box& box : {Box{0, 0, NAN, 1}, Box{5, 5, 4, 6}, Box{5, 5, 4, 4}, Box{1, 1, 1, 1},
                             Box{0, 0, infinite, 1}, Box{-infinite, 0, infinite, 1}}) {
        CHECK(agree(box));
      }
    }
  }
}
