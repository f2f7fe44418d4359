// Truth: torchvision's GeneralizedRCNNTransform (tests/reference/make_preprocess_golden.py), numpy
// and OpenCV for the mode "caffe" (make_caffe_preprocess_golden.py). ROIFLOW_PREPROCESS_GOLDEN
// names another folder made by that script.
#include "stages/preprocess/preprocess.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "stages/core/error.hpp"
#include "stages/preprocess/resize_pillow.hpp"
#include "tests/support/hash_noise.hpp"
#include "tests/support/npy.hpp"

using namespace roiflow;

namespace {

Npy golden(const std::string& name) {
  const char* folder = std::getenv("ROIFLOW_PREPROCESS_GOLDEN");
  const std::string root =
      folder != nullptr ? folder : std::string(ROIFLOW_SOURCE_DIR) + "/tests/golden/preprocess";
  return read_npy(root + "/" + name + ".npy");
}

Image noise_image(int height, int width, std::uint64_t stream) {
  Image image{height, width, {}};
  const auto count = static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * 3;
  for (const float u : hash_noise(stream, count, 0, 1)) {
    image.rgb.push_back(static_cast<std::uint8_t>(std::floor(u * 256.0F)));
  }
  return image;
}

std::size_t sample_position(std::size_t sample, std::size_t samples, std::size_t size) {
  return std::min(sample * size / samples + sample % 3, size - 1);
}

}  // namespace

namespace {

/// Every case of a golden file: sizes, and samples of the pixels. `params`: what all have in
/// common.
void check_cases(const std::string& prefix, PreprocessParams params, double tolerance) {
  const Npy cases = golden(prefix + "cases");
  const Npy samples = golden(prefix + "samples");
  const auto seed = static_cast<std::uint64_t>(golden("seed").values.at(0));
  for (std::size_t i = 0; i < cases.shape[0]; ++i) {
    const auto at = [&](std::size_t column) {
      return static_cast<int>(cases.values[i * cases.shape[1] + column]);
    };
    CAPTURE(i);
    params.min_size = at(2);
    params.max_size = at(3);
    params.size_divisible = at(4);
    const NetworkInput input = Preprocess(params)(noise_image(at(0), at(1), seed * 1000 + i));
    CHECK(input.geometry.original_height == at(0));
    CHECK(input.geometry.original_width == at(1));
    CHECK(input.geometry.resized_height == at(5));
    CHECK(input.geometry.resized_width == at(6));
    REQUIRE(input.geometry.padded_height == at(7));
    REQUIRE(input.geometry.padded_width == at(8));
    REQUIRE(input.pixels.shape() == Shape<4>{1, at(7), at(8), 3});
    double worst = 0;
    const auto size = static_cast<std::size_t>(input.pixels.size());
    for (std::size_t k = 0; k < samples.shape[1]; ++k) {
      const float ours = input.pixels.view().data[sample_position(k, samples.shape[1], size)];
      worst = std::max(worst, std::abs(double{ours} - samples.values[i * samples.shape[1] + k]));
    }
    CHECK(worst <= tolerance);
  }
}

}  // namespace

TEST_CASE("preprocess: pixels and sizes are torchvision's") {
  // Both sides do the same float32 operations, only perhaps in another order: a few last bits of
  // values below 3.
  check_cases("", {}, 2e-6);
}

TEST_CASE("preprocess: pixels and sizes are those of py-faster-rcnn and FCN") {
  // Values up to 255, of which 3e-5 is two last bits; numpy subtracts the mean in double.
  check_cases(
      "caffe_",
      {.mode = PreprocessMode::caffe, .mean = {102.9801F, 115.9465F, 122.7717F}, .std = {1, 1, 1}},
      5e-5);
}

TEST_CASE("preprocess: min_size 0 leaves an image as it is, to the last bit") {
  const Image image = noise_image(9, 14, 5);
  PreprocessParams params{.min_size = 0, .max_size = 10, .size_divisible = 1};
  const NetworkInput input = Preprocess(params)(image);
  REQUIRE(input.pixels.shape() == Shape<4>{1, 9, 14, 3});
  int wrong = 0;
  for (std::size_t i = 0; i < image.rgb.size(); ++i) {
    const float expected =
        (static_cast<float>(image.rgb[i]) / 255.0F - params.mean[i % 3]) / params.std[i % 3];
    if (input.pixels.view().data[i] != expected) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("preprocess: d2go: corners aligned, blue first, one scale, no limit for the long side") {
  const Npy cases = golden("d2go_cases"), samples = golden("d2go_samples");
  const auto seed = static_cast<std::uint64_t>(golden("seed").values[0]);
  for (std::size_t i = 0; i < cases.shape[0]; ++i) {
    CAPTURE(i);
    const double* c = cases.values.data() + i * 5;
    const auto at = [&](std::size_t k) { return static_cast<int>(c[k]); };
    const Preprocess preprocess({.mode = PreprocessMode::d2go,
                                 .min_size = at(2),
                                 .mean = {103.53F, 116.28F, 123.675F},
                                 .std = {1, 1, 1},
                                 .size_divisible = 1});
    const NetworkInput input = preprocess(noise_image(at(0), at(1), seed * 1000 + 100 + i));
    CHECK(input.geometry.resized_height == at(3));
    CHECK(input.geometry.resized_width == at(4));
    CHECK(input.geometry.padded_width == at(4));
    CHECK(input.geometry.scale == static_cast<float>(c[2] / std::min(c[0], c[1])));
    const std::size_t count = samples.shape[1];
    for (std::size_t s = 0; s < count; ++s) {
      const auto pixels = input.pixels.view();
      const auto position = sample_position(s, count, static_cast<std::size_t>(pixels.size()));
      const double difference =
          std::fabs(static_cast<double>(pixels.data[position]) - samples.values[i * count + s]);
      // A few last bits of values up to 255. torch takes positions in float32 where it resamples
      // one row (1 x 37 pixels).
      CHECK(difference < 1e-3);
    }
  }
}

TEST_CASE("preprocess: sizes of many shapes are torchvision's") {
  const Npy sizes = golden("sizes");
  for (std::size_t i = 0; i < sizes.shape[0]; ++i) {
    const auto at = [&](std::size_t column) {
      return static_cast<int>(sizes.values[i * sizes.shape[1] + column]);
    };
    PreprocessParams params;
    params.min_size = at(2);
    params.max_size = at(3);
    const ImageGeometry geometry = Preprocess(params).geometry(at(0), at(1));
    CAPTURE(at(0));
    CAPTURE(at(1));
    CHECK(geometry.resized_height == at(4));
    CHECK(geometry.resized_width == at(5));
  }
}

TEST_CASE("preprocess: everything outside the resized image is zero") {
  PreprocessParams params;
  params.min_size = 30;
  params.max_size = 50;
  const NetworkInput input = Preprocess(params)({20, 30, std::vector<std::uint8_t>(1800, 255)});
  REQUIRE(input.pixels.shape() == Shape<4>{1, 32, 64, 3});
  int wrong = 0;
  for (int y = 0; y < 32; ++y) {
    for (int x = 0; x < 64; ++x) {
      const bool inside = y < input.geometry.resized_height && x < input.geometry.resized_width;
      // A constant image stays constant: (1 - mean) / std of the blue channel.
      const float expected = inside ? (1.0F - 0.406F) / 0.225F : 0.0F;
      if (std::abs(input.pixels.view()(0, y, x, 2) - expected) > 1e-6F) ++wrong;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("preprocess: a side that would vanish becomes one pixel") {
  const NetworkInput input = Preprocess({})({1, 3000, std::vector<std::uint8_t>(9000, 7)});
  CHECK(input.geometry.resized_height == 1);
  CHECK(input.geometry.resized_width == 1332);  // 3000 * float32(1333 / 3000), rounded down
}

TEST_CASE("preprocess: nonsense is refused with what was expected and found") {
  const Preprocess preprocess({});
  CHECK_THROWS_WITH_AS(static_cast<void>(preprocess({2, 2, std::vector<std::uint8_t>(11)})),
                       "preprocess: 2 x 2 pixels need 12 bytes, found 11", Error);
  CHECK_THROWS_AS(static_cast<void>(preprocess(Image{})), Error);
  PreprocessParams params;
  params.std[1] = 0;
  CHECK_THROWS_AS(Preprocess{params}, Error);
  CHECK_THROWS_AS(Preprocess({.min_size = -1}), Error);
  CHECK_THROWS_WITH_AS(
      static_cast<void>(preprocess_mode("opencv")),
      "preprocess mode 'opencv' is unknown; known modes: torchvision, caffe, pillow, d2go", Error);
}

// detectron2's ResizeShortestEdge(800, 1333).get_output_shape for COCO's commonest sizes.
TEST_CASE("preprocess: sizes of mode pillow are detectron2's") {
  PreprocessParams params;
  params.mode = PreprocessMode::pillow;
  const int sizes[][4] = {{480, 640, 800, 1067}, {427, 640, 800, 1199}, {640, 480, 1067, 800},
                          {333, 500, 800, 1201}, {200, 640, 417, 1333}, {166, 332, 666, 1333}};
  for (const auto& [height, width, new_height, new_width] : sizes) {
    const ImageGeometry geometry = Preprocess(params).geometry(height, width);
    CHECK(geometry.resized_height == new_height);
    CHECK(geometry.resized_width == new_width);
  }
}

TEST_CASE("preprocess: mode pillow normalises Pillow's bytes, blue first") {
  PreprocessParams params;
  params.mode = PreprocessMode::pillow;
  params.min_size = 11;
  params.size_divisible = 8;
  params.mean = {103.53F, 116.28F, 123.675F};
  params.std = {1, 2, 4};
  const Image image = noise_image(40, 30, 5);
  const NetworkInput input = Preprocess(params)(image);
  const Image bytes = resize_pillow(image, 15, 11);
  REQUIRE(input.pixels.shape() == Shape<4>{1, 16, 16, 3});
  for (const auto& [y, x] : {std::pair{0, 0}, std::pair{14, 10}, std::pair{7, 3}}) {
    for (int c = 0; c < 3; ++c) {
      const auto at = static_cast<std::size_t>((y * 11 + x) * 3 + 2 - c);
      const auto channel = static_cast<std::size_t>(c);
      CHECK(input.pixels.view()(0, y, x, c) ==
            doctest::Approx((static_cast<float>(bytes.rgb[at]) - params.mean[channel]) /
                            params.std[channel]));
    }
  }
  CHECK(input.pixels.view()(0, 15, 0, 0) == 0);
  CHECK(input.pixels.view()(0, 0, 11, 0) == 0);
}

TEST_CASE("preprocess: resizing as Pillow does it, byte for byte") {
  const Npy cases = golden("pillow_cases");
  const Npy expected = golden("pillow_pixels");
  const auto seed = static_cast<std::uint64_t>(golden("seed").values.at(0));
  std::size_t done = 0;
  for (std::size_t i = 0; i < cases.shape[0]; ++i) {
    CAPTURE(i);
    const auto at = [&](std::size_t column) {
      return static_cast<int>(cases.values[4 * i + column]);
    };
    const Image resized =
        resize_pillow(noise_image(at(0), at(1), seed * 1000 + 500 + i), at(2), at(3));
    REQUIRE(done + resized.rgb.size() <= expected.values.size());
    int wrong = 0;
    for (const std::uint8_t value : resized.rgb) wrong += value != expected.values[done++] ? 1 : 0;
    CHECK(wrong == 0);
  }
  CHECK(done == expected.values.size());
}

// A detector without a limit for the longer side made gigabytes of a thin strip.
TEST_CASE("preprocess: an input that no memory would hold is refused before it is made") {
  PreprocessParams params;
  params.mode = PreprocessMode::d2go;
  params.min_size = 320;
  CHECK_THROWS_WITH_AS(
      static_cast<void>(Preprocess(params)({1, 200000, std::vector<std::uint8_t>(600000)})),
      doctest::Contains("at most 33554432 pixels"), Error);
}
