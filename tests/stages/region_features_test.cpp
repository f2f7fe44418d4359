#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "stages/selective_search/colour_spaces.hpp"
#include "stages/selective_search/gaussian.hpp"
#include "stages/selective_search/region_bins.hpp"
#include "stages/selective_search/resample.hpp"
#include "tests/support/painted_image.hpp"

using namespace roiflow;

TEST_CASE("colour spaces: published values") {
  struct Case {
    const char* name;
    std::vector<std::uint8_t> rgb;
    ColourSpace space;
    std::vector<float> expected;
  };
  // Lab of the sRGB primaries as in Lindbloom's tables (D65): L a b, here L * 2.55, a + 128, b +
  // 128.
  const Case cases[] = {
      {"red", {255, 0, 0}, ColourSpace::lab, {135.76F, 208.09F, 195.20F}},
      {"green", {0, 255, 0}, ColourSpace::lab, {223.70F, 41.82F, 211.18F}},
      {"blue", {0, 0, 255}, ColourSpace::lab, {82.37F, 207.19F, 20.14F}},
      {"white", {255, 255, 255}, ColourSpace::lab, {255, 128, 128}},
      {"black", {0, 0, 0}, ColourSpace::lab, {0, 128, 128}},
      {"yellow, 60 degrees", {255, 255, 0}, ColourSpace::hsv, {42.5F, 255, 255}},
      {"dark cyan, 180 degrees", {0, 51, 51}, ColourSpace::hsv, {127.5F, 255, 51}},
      {"pale magenta, 300 degrees", {200, 100, 200}, ColourSpace::hsv, {212.5F, 127.5F, 200}},
      {"gray", {77, 77, 77}, ColourSpace::hsv, {0, 0, 77}},
      {"blue, 240 degrees", {0, 0, 255}, ColourSpace::hue, {170}},
      {"red", {255, 0, 0}, ColourSpace::rgi, {255, 0, 76.245F}},
      {"black", {0, 0, 0}, ColourSpace::rgi, {85, 85, 0}},
      {"white", {255, 255, 255}, ColourSpace::intensity, {255}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const Planes planes = to_colour_space({1, 1, c.rgb}, c.space);
    REQUIRE(planes.size() == static_cast<std::int64_t>(c.expected.size()));
    for (std::size_t i = 0; i < c.expected.size(); ++i)
      CHECK(std::abs(planes.view().data[i] - c.expected[i]) < 0.06F);
  }
}

TEST_CASE("gaussian: constants, ramps, an impulse and a step") {
  Planes planes({2, 20, 30});
  for (int y = 0; y < 20; ++y)
    for (int x = 0; x < 30; ++x) {
      planes.view()(0, y, x) = 3.0F * static_cast<float>(x) - 2.0F * static_cast<float>(y);
      planes.view()(1, y, x) = x < 15 ? 0.0F : 1.0F;
    }
  const Gradient gradient = gaussian_gradient(planes.view(), 1);
  CHECK(gradient.x.view()(0, 10, 15) == doctest::Approx(3).epsilon(1e-4));
  CHECK(gradient.y.view()(0, 10, 15) == doctest::Approx(-2).epsilon(1e-4));
  // A unit step, half a pixel away: the Gaussian's density there, up to sampling.
  const double density = std::exp(-0.125) / std::sqrt(2 * 3.14159265358979);
  CHECK(std::abs(double{gradient.x.view()(1, 10, 15)} - density) < 0.02);
  CHECK(std::abs(gradient.x.view()(1, 10, 14) - gradient.x.view()(1, 10, 15)) < 1e-6F);
  CHECK(std::abs(gradient.y.view()(1, 10, 15)) < 1e-6F);
  CHECK(std::abs(gaussian_smooth(planes.view(), 2).view()(1, 0, 29) - 1) <
        1e-5F);  // the edge repeats
  const Planes same = gaussian_smooth(planes.view(), 0);
  CHECK(std::equal(planes.view().data, planes.view().data + planes.size(), same.view().data));
  Planes impulse({1, 21, 21});
  std::fill_n(impulse.view().data, impulse.size(), 0.0F);
  impulse.view()(0, 10, 10) = 1;
  const Planes spread = gaussian_smooth(impulse.view(), 1.5F);
  double sum = 0, moment = 0;
  for (int y = 0; y < 21; ++y)
    for (int x = 0; x < 21; ++x) {
      sum += double{spread.view()(0, y, x)};
      moment += double{spread.view()(0, y, x)} * (x - 10) * (x - 10);
    }
  CHECK(sum == doctest::Approx(1).epsilon(1e-5));
  CHECK(moment == doctest::Approx(1.5 * 1.5).epsilon(0.01));
}

TEST_CASE("texture bins: an edge points one way") {
  Planes planes({1, 20, 20});
  for (int y = 0; y < 20; ++y)
    for (int x = 0; x < 20; ++x) planes.view()(0, y, x) = x < 10 ? 0.0F : 200.0F;
  const RegionBins bins = texture_bins(planes.view());
  CHECK(bins.planes == 8);
  const auto bins_at = [&](std::size_t x, std::size_t y) {
    const std::uint8_t* first = bins.bins_of_pixels.data() + (y * 20 + x) * 8;
    return std::vector<int>(first, first + 8);
  };
  CHECK(bins_at(10, 10) == std::vector<int>{9, 7, 0, 0, 0, 0, 0, 7});
  CHECK(bins_at(1, 10) == std::vector<int>(8, 0));
}

TEST_CASE("resample: means of pixels, bilinear in between, nothing at the same size") {
  CHECK(resample({1, 2, {0, 10, 20, 100, 30, 40}}, 1, 1).rgb ==
        std::vector<std::uint8_t>{50, 20, 30});
  // Centres of the four lie at -0.25 (edge), 0.25, 0.75 and 1.25 of the two.
  CHECK(resample({1, 2, {0, 0, 0, 100, 100, 100}}, 1, 4).rgb ==
        std::vector<std::uint8_t>{0, 0, 0, 25, 25, 25, 75, 75, 75, 100, 100, 100});
  const Image image = noisy(41, 13, 17);
  CHECK(resample(image, 13, 17).rgb == image.rgb);
}
