// Truth: Preprocess, which is compared with torchvision, OpenCV, Pillow and D2Go elsewhere.
#include "stages/preprocess/preprocess_kernels.hpp"

#include <array>
#include <cstring>
#include <vector>

#include <doctest/doctest.h>

#include "stages/core/error.hpp"
#include "stages/core/random.hpp"
#include "stages/kernels/host_block.hpp"

using namespace roiflow;

namespace {

constexpr std::array modes{PreprocessMode::torchvision, PreprocessMode::caffe,
                           PreprocessMode::pillow, PreprocessMode::d2go};

Image noise_image(int height, int width, Random& random) {
  Image image{height, width, {}};
  image.rgb.resize(static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * 3);
  for (std::uint8_t& byte : image.rgb) byte = static_cast<std::uint8_t>(random.integer(0, 255));
  return image;
}

std::vector<const Image*> pointers(const std::vector<Image>& images) {
  std::vector<const Image*> all;
  for (const Image& image : images) all.push_back(&image);
  return all;
}

/// What the kernels make of a batch, in a block that is as large as was said beforehand.
template <int pack>
Tensor<float, 4> make_input(const Preprocess& preprocess, const std::vector<Image>& images,
                            int channels, PhaseOrder order) {
  const BatchStager stager(preprocess);
  std::size_t bytes = BatchStager::batch_bytes(static_cast<int>(images.size())), scratch_bytes = 0;
  for (const Image& image : images) {
    bytes += stager.image_bytes(image.height, image.width);
    scratch_bytes += stager.scratch_bytes(image.height, image.width);
  }
  std::vector<std::byte> block(bytes);
  const PreprocessBatch batch = stager.stage(block, pointers(images));
  CHECK(batch.bytes <= bytes);
  CHECK(batch.scratch_bytes == scratch_bytes);
  std::vector<std::uint8_t> scratch(scratch_bytes, 77);
  Tensor<float, 4> out({batch.images, batch.padded_height, batch.padded_width, channels});
  for (float& value : out.view().span()) value = 1e30F;
  if (batch.mode == PreprocessMode::pillow) {
    run_blocks(NarrowRows{batch, block.data(), scratch.data()}, batch.rows, order);
  }
  const MakeInput<float, pack> make{batch, block.data(), scratch.data(), channels, out.view().data};
  run_blocks(make, make.blocks(), order);
  return out;
}

template <int pack>
void compare(const PreprocessParams& params, const std::vector<Image>& images, int channels,
             PhaseOrder order = PhaseOrder::ascending) {
  const Preprocess preprocess(params);
  const Tensor<float, 4> found = make_input<pack>(preprocess, images, channels, order);
  const auto out = found.view();
  for (std::size_t i = 0; i < images.size(); ++i) {
    const NetworkInput expected = preprocess(images[i]);
    const auto in = expected.pixels.view();
    INFO("mode ", static_cast<int>(params.mode), ", image ", i, ": ", images[i].width, " x ",
         images[i].height, ", channels ", channels);
    REQUIRE(in.shape[1] == out.shape[1]);
    REQUIRE(in.shape[2] == out.shape[2]);
    for (std::int64_t y = 0; y < out.shape[1]; ++y) {
      for (std::int64_t x = 0; x < out.shape[2]; ++x) {
        const float* pixel = &out(i, y, x, 0);
        bool same = std::memcmp(pixel, &in(0, y, x, 0), 3 * sizeof(float)) == 0;
        for (int c = 3; c < channels; ++c) same = same && pixel[c] == 0;
        if (!same) FAIL("pixel (", y, ", ", x, ")");
      }
    }
  }
}

}  // namespace

TEST_CASE("preprocess_kernels: equal to the CPU, bit for bit, in all modes") {
  Random random(111, 0);
  // With a shorter side of 64 and multiples of 32 these all become 96 x 64.
  std::vector<Image> images;
  for (const auto& [height, width] :
       {std::pair{48, 64}, {200, 300}, {64, 96}, {31, 46}, {65, 90}}) {
    images.push_back(noise_image(height, width, random));
  }
  for (const PreprocessMode mode : modes) {
    const PreprocessParams params{.mode = mode,
                                  .min_size = 64,
                                  .max_size = 200,
                                  .mean = {0.5F, 100.25F, 33},
                                  .std = {0.25F, 57, 3.3F}};
    compare<4>(params, images, 4, PhaseOrder::ascending);
    compare<4>(params, images, 8, PhaseOrder::descending);
    compare<1>(params, images, 3, PhaseOrder::interleaved);
    compare<1>(params, images, 5);
  }
}

TEST_CASE("preprocess_kernels: images of any shape, one by one") {
  Random random(112, 0);
  const std::pair<int, int> sizes[] = {{1, 1},   {1, 300}, {300, 1}, {2, 3},     {700, 9},
                                       {9, 700}, {33, 31}, {128, 5}, {257, 255}, {600, 800}};
  for (const PreprocessMode mode : modes) {
    for (const auto& [height, width] : sizes) {
      const std::vector<Image> images{noise_image(height, width, random)};
      compare<4>({.mode = mode, .min_size = 40, .max_size = 90}, images, 4);
      compare<4>({.mode = mode, .min_size = 0, .size_divisible = 8}, images, 4);
    }
  }
}

TEST_CASE("preprocess_kernels: random sizes, enlarged and reduced") {
  Random random(113, 0);
  for (int round = 0; round < 60; ++round) {
    const std::vector<Image> images{
        noise_image(random.integer(1, 150), random.integer(1, 150), random)};
    const PreprocessParams params{.mode = modes[static_cast<std::size_t>(round % 4)],
                                  .min_size = random.integer(1, 120),
                                  .max_size = random.integer(20, 200),
                                  .size_divisible = random.integer(1, 40)};
    compare<4>(params, images, 4);
  }
}

TEST_CASE("BatchStager: what does not fit is refused") {
  Random random(114, 0);
  const BatchStager stager(Preprocess({.min_size = 64, .max_size = 200}));
  const std::vector<Image> differ{noise_image(64, 96, random), noise_image(96, 64, random)};
  std::vector<std::byte> block(100000);
  CHECK_THROWS_AS(static_cast<void>(stager.stage(block, pointers(differ))), Error);
  const std::vector<Image> one{noise_image(64, 96, random)};
  CHECK_THROWS_AS(static_cast<void>(stager.stage(std::span(block).first(10000), pointers(one))),
                  Error);
  const std::vector<Image> broken{Image{5, 5, {}}};
  CHECK_THROWS_AS(static_cast<void>(stager.stage(block, pointers(broken))), Error);
}
