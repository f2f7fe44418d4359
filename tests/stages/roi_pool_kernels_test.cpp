// Truth: roi_pool, which is compared with torchvision elsewhere.
#include "stages/roi_pool/roi_pool_kernels.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "stages/core/random.hpp"
#include "stages/kernels/host_block.hpp"
#include "stages/roi_pool/roi_pool.hpp"

using namespace roiflow;

namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

std::vector<Box> make_boxes(int count, Random& random) {
  std::vector<Box> boxes{{nan, 0, 9, 9},       {0, 0, INFINITY, 9},   {30, 40, 30, 40},
                         {90, 50, 40, 20},     {-900, 0, -90, 20},    {0, 0, 640, 300},
                         {-60, -60, 900, 900}, {-3e38F, 0, 3e38F, 9}, {8, 8, 24, 24}};
  while (static_cast<int>(boxes.size()) < count) {
    const double x = random.real(-100, 650), y = random.real(-100, 320);
    boxes.push_back({static_cast<float>(x), static_cast<float>(y),
                     static_cast<float>(x + std::exp2(random.real(-2, 10))),
                     static_cast<float>(y + std::exp2(random.real(-2, 9)))});
  }
  return boxes;
}

template <int pack>
void compare(int channels, int bins, float scale, Random& random,
             PhaseOrder order = PhaseOrder::ascending) {
  constexpr int images = 3, height = 19, width = 40;
  Tensor<float, 4> maps({images, height, width, channels});
  for (float& value : maps.view().span()) {
    value = random.chance(0.2) ? nan : static_cast<float>(random.real(-3, 3));
  }
  const std::vector<Box> boxes = make_boxes(60, random);
  std::vector<int> image_of;
  for (std::size_t i = 0; i < boxes.size(); ++i) image_of.push_back(random.integer(-1, images - 1));
  const auto regions = static_cast<int>(boxes.size());
  Tensor<float, 4> out({regions, bins, bins, channels});
  for (float& value : out.view().span()) value = 1e30F;
  const BatchMap<float> map{maps.view().data, height, width, channels, scale};
  run_blocks(PoolRegions<float, pack>{map, bins, boxes.data(), image_of.data(), out.view().data},
             regions * bins, order);
  Tensor<float, 4> expected({1, bins, bins, channels});
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    const auto found = out.view().rows(static_cast<std::int64_t>(i), 1);
    for (float& value : expected.view().span()) value = 0;
    if (image_of[i] >= 0) {
      const auto own = maps.view().rows(image_of[i], 1);
      roi_pool(expected.view(), {own.data, {height, width, channels}}, scale,
               std::span(&boxes[i], 1));
    }
    INFO("region ", i, ", bins ", bins, ", pack ", pack);
    REQUIRE(std::memcmp(found.data, expected.view().data,
                        static_cast<std::size_t>(found.size()) * sizeof(float)) == 0);
  }
}

}  // namespace

TEST_CASE("roi_pool_kernels: equal to the CPU, bit for bit") {
  Random random(91, 0);
  for (const int bins : {1, 6, 7, 14}) {
    compare<8>(16, bins, 1.0F / 16, random);
    compare<8>(8, bins, 0.37F, random, PhaseOrder::descending);
    compare<1>(3, bins, 1.0F / 16, random, PhaseOrder::interleaved);
  }
}
