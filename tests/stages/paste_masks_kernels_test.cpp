// Truth: paste_mask, which is compared with torchvision and detectron2 elsewhere.
#include "stages/paste_masks/paste_masks_kernels.hpp"

#include <array>
#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "stages/core/error.hpp"
#include "stages/core/random.hpp"
#include "stages/kernels/host_block.hpp"

using namespace roiflow;

namespace {

constexpr std::array orders{PhaseOrder::ascending, PhaseOrder::descending, PhaseOrder::interleaved};

/// A batch of detections on several images.
struct Batch {
  Batch(int mask_side, std::vector<ImageSize> image_sizes)
      : side(mask_side), sizes(std::move(image_sizes)) {}

  void add(const Box& box, int image, Random& random) {
    boxes.push_back(box);
    images.push_back(image);
    const double smooth = random.unit();
    const double tilt = random.real(-2, 2), shift = random.real(-0.5, 1.5);
    for (int y = 0; y < side; ++y) {
      for (int x = 0; x < side; ++x) {
        const double plane = shift + tilt * (x - y) / side;
        const double value = smooth * plane + (1 - smooth) * random.unit();
        probabilities.push_back(static_cast<float>(std::clamp(value, 0.0, 1.0)));
      }
    }
  }

  [[nodiscard]] MasksToPaste masks(PasteConvention convention, float threshold) const {
    return {probabilities.data(),
            side,
            boxes.data(),
            images.data(),
            sizes.data(),
            convention,
            strict_threshold(threshold, convention)};
  }

  int side;
  std::vector<ImageSize> sizes;
  std::vector<float> probabilities;
  std::vector<Box> boxes;
  std::vector<int> images;
};

Box random_box(Random& random, const ImageSize& size) {
  const double reach = random.chance(0.2) ? 3 : 1.2;
  const auto along = [&](int extent) {
    const double centre = random.real(-0.1 * extent, 1.1 * extent);
    const double half = std::pow(random.unit(), 2) * reach * extent / 2;
    return std::pair{static_cast<float>(centre - half), static_cast<float>(centre + half)};
  };
  const auto [x0, x1] = along(size.width);
  const auto [y0, y1] = along(size.height);
  return {x0, y0, x1, y1};
}

void add_odd_boxes(Batch& batch, Random& random) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  constexpr float infinite = std::numeric_limits<float>::infinity();
  const Box odd[] = {{nan, 2, 40, 40},
                     {2, 2, 40, nan},
                     {0, 0, infinite, 40},
                     {-1e9F, -1e9F, 1e9F, 1e9F},
                     {-2e8F, -3e8F, 2e8F, 4e8F},
                     {40, 40, 20, 20},
                     {5, 5, 5, 5},
                     {3.25F, 4.5F, 3.5F, 4.75F},
                     {-90, -90, -50, -40},
                     {1e7F, 0, 2e7F, 9},
                     {0, 0, 28, 30},
                     {-3, -3, 25, 31}};
  for (const Box& box : odd) {
    for (int image = 0; image < static_cast<int>(batch.sizes.size()); ++image) {
      batch.add(box, image, random);
    }
  }
}

/// Whether every mask's words become the runs of paste_mask.
void compare(const Batch& batch, PasteConvention convention, float threshold, PhaseOrder order) {
  const auto rows = static_cast<int>(batch.boxes.size());
  const MasksToPaste masks = batch.masks(convention, threshold);
  std::vector<MaskPart> parts(batch.boxes.size());
  std::vector<std::int64_t> offsets(batch.boxes.size() + 1);
  run_blocks(LayOutMasks{masks, rows, parts.data(), offsets.data()}, 1, order);
  const std::int64_t total = offsets.back();
  std::vector<std::uint32_t> words(static_cast<std::size_t>(total) + 1, 0xDEADBEEFU);
  run_blocks(PasteWords{masks, offsets.data(), total, words.data()}, rows * PasteWords::slices,
             order);
  CHECK(words.back() == 0xDEADBEEFU);
  for (std::size_t i = 0; i < batch.boxes.size(); ++i) {
    REQUIRE(offsets[i + 1] - offsets[i] == parts[i].words());
    const int image = batch.images[i];
    if (image < 0) {
      CHECK(parts[i].words() == 0);
      continue;
    }
    const ImageSize& size = batch.sizes[static_cast<std::size_t>(image)];
    const BoxMask mask{parts[i], {words.begin() + offsets[i], words.begin() + offsets[i + 1]}};
    const std::size_t cells = static_cast<std::size_t>(batch.side * batch.side);
    const Rle expected =
        paste_mask({batch.probabilities.data() + i * cells, {batch.side, batch.side}},
                   batch.boxes[i], size.height, size.width, threshold, convention);
    const Rle found = to_rle(mask, size.height, size.width);
    INFO("row ", i, ", image ", size.width, " x ", size.height, ", side ", batch.side);
    REQUIRE(found.runs == expected.runs);
    REQUIRE(found.height == expected.height);
    REQUIRE(found.width == expected.width);
  }
}

}  // namespace

TEST_CASE("paste_masks_kernels: the bits become the runs of paste_mask") {
  Random random(71, 0);
  for (const int side : {1, 7, 14, 28, 56}) {
    Batch batch(side, {{48, 64}, {1, 1}, {333, 31}, {32, 96}, {5, 700}, {200, 1}});
    for (int i = 0; i < 120; ++i) {
      const int image = random.integer(-1, static_cast<int>(batch.sizes.size()) - 1);
      batch.add(random_box(random, batch.sizes[static_cast<std::size_t>(std::max(image, 0))]),
                image, random);
    }
    add_odd_boxes(batch, random);
    for (const PasteConvention convention :
         {PasteConvention::torchvision, PasteConvention::detectron2}) {
      for (const PhaseOrder order : orders) compare(batch, convention, 0.5F, order);
      compare(batch, convention, 0.25F, PhaseOrder::ascending);
    }
  }
}

TEST_CASE("paste_masks_kernels: full, empty and unclear masks") {
  Random random(72, 0);
  constexpr int side = 28;
  for (const float value : {0.0F, 0.5F, 1.0F, std::numeric_limits<float>::quiet_NaN()}) {
    Batch batch(side, {{64, 40}, {33, 70}});
    for (int image = 0; image < 2; ++image) {
      batch.add({-20, -20, 90, 90}, image, random);
      batch.add({10.5F, 3, 30, 33}, image, random);
      batch.add({0, -9, 30, 70}, image, random);  // as high as the image: one run over columns
    }
    std::ranges::fill(batch.probabilities, value);
    compare(batch, PasteConvention::torchvision, 0.5F, PhaseOrder::ascending);
    compare(batch, PasteConvention::detectron2, 0.5F, PhaseOrder::ascending);
    // One NaN among clear cells spoils its neighbourhood and nothing else.
    for (std::size_t i = 100; i < batch.probabilities.size(); i += 171) {
      batch.probabilities[i] = std::numeric_limits<float>::quiet_NaN();
    }
    compare(batch, PasteConvention::torchvision, 0.5F, PhaseOrder::ascending);
    compare(batch, PasteConvention::detectron2, 0.5F, PhaseOrder::ascending);
  }
}

TEST_CASE("paste_masks_kernels: more rows than a block has threads, and what does not fit") {
  Random random(73, 0);
  Batch batch(2, {{40, 50}, {70, 20}});
  for (int i = 0; i < 600; ++i) {
    const int image = random.integer(-1, 1);
    batch.add(random_box(random, batch.sizes[static_cast<std::size_t>(std::max(image, 0))]), image,
              random);
  }
  for (const PhaseOrder order : orders) {
    compare(batch, PasteConvention::torchvision, 0.5F, order);
  }
  const MasksToPaste masks = batch.masks(PasteConvention::torchvision, 0.5F);
  std::vector<MaskPart> parts(600);
  std::vector<std::int64_t> offsets(601);
  run_blocks(LayOutMasks{masks, 600, parts.data(), offsets.data()}, 1);
  const std::int64_t capacity = offsets[300] + 1;
  std::vector<std::uint32_t> words(static_cast<std::size_t>(offsets.back()), 0xDEADBEEFU);
  run_blocks(PasteWords{masks, offsets.data(), capacity, words.data()}, 600 * PasteWords::slices);
  for (std::size_t i = static_cast<std::size_t>(capacity); i < words.size(); ++i) {
    REQUIRE(words[i] == 0xDEADBEEFU);
  }
}

TEST_CASE("box_mask: the example of the header") {
  BoxMask mask{{3, 5, 40, 2}, {0, 0, 0, 2}};  // pixel (33, 1) of the part
  const Rle rle = to_rle(mask, 50, 10);
  CHECK(rle.runs == std::vector<std::uint32_t>{4 * 50 + 5 + 33, 1, 500 - 4 * 50 - 5 - 33 - 1});
}

TEST_CASE("box_mask: runs go on from word to word, and over columns only where the part does") {
  const std::uint32_t all = 0xFFFFFFFFU;
  CHECK(to_rle({{1, 0, 40, 2}, {all, 0xFF, all, 0xFF}}, 40, 4).runs ==
        std::vector<std::uint32_t>{40, 80, 40});
  CHECK(to_rle({{1, 0, 40, 2}, {all, 0xFF, all, 0xFF}}, 41, 4).runs ==
        std::vector<std::uint32_t>{41, 40, 1, 40, 42});
  CHECK(to_rle({{0, 0, 32, 1}, {0x80000001U}}, 32, 1).runs ==
        std::vector<std::uint32_t>{0, 1, 30, 1});
  CHECK(to_rle({{}, {}}, 3, 4).runs == std::vector<std::uint32_t>{12});
}

TEST_CASE("box_mask: a part outside the image, or with other words than it has, is refused") {
  CHECK_THROWS_AS(static_cast<void>(to_rle({{3, 0, 4, 2}, {0, 0}}, 4, 4)), Error);
  CHECK_THROWS_AS(static_cast<void>(to_rle({{0, 1, 4, 1}, {0}}, 4, 4)), Error);
  CHECK_THROWS_AS(static_cast<void>(to_rle({{-1, 0, 4, 1}, {0}}, 4, 4)), Error);
  CHECK_THROWS_AS(static_cast<void>(to_rle({{0, 0, 4, 2}, {0}}, 4, 4)), Error);
}
