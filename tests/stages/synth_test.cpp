// Truth: mathematics (areas, disjoint masks), and the published outputs of SplitMix64.
#include "stages/synth/synth.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "stages/core/error.hpp"
#include "stages/decode/decode.hpp"
#include "stages/masks/rle.hpp"
#include "stages/synth/shapes.hpp"

using namespace roiflow;

namespace {

constexpr std::int64_t many = 150;  // images; enough for the shares below

std::vector<std::uint8_t> mask_of(const Annotation& annotation, const Sample& sample) {
  return decode(to_rle(annotation.segmentation, sample.record.height, sample.record.width));
}

bool same(const Sample& a, const Sample& b) {
  return a.encoded == b.encoded && a.label_map == b.label_map &&
         std::ranges::equal(a.annotations, b.annotations, {}, &Annotation::segmentation,
                            &Annotation::segmentation);
}

}  // namespace

TEST_CASE("random: SplitMix64's published outputs") {
  // The first numbers after seed 1234567, as in the test vectors of many implementations.
  const std::array<std::uint64_t, 5> published{6457827717110365317U, 3203168211198807973U,
                                               9817491932198370423U, 4593380528125082431U,
                                               16408922859458223821U};
  std::uint64_t state = 1234567;
  for (const std::uint64_t expected : published) {
    state += 0x9E3779B97F4A7C15U;
    CHECK(Random::mix(state) == expected);
  }
  Random random(3, 4);
  std::map<int, int> counts;
  for (int i = 0; i < 6000; ++i) ++counts[random.integer(-1, 4)];
  CHECK(counts.size() == 6);
  for (const auto& entry : counts) CHECK_MESSAGE(std::abs(entry.second - 1000) < 150, entry.first);
}

TEST_CASE("shapes: coverage is the area, sample by sample") {
  Random random(1, 2);
  for (int shape = 1; shape <= shape_classes; ++shape) {
    const Outline outline = random_outline(static_cast<ShapeClass>(shape), random);
    const Coverage coverage = coverage_of(placed(outline, 100, {12.3, -4.5}));
    const double samples = std::reduce(coverage.samples.begin(), coverage.samples.end(), 0.0);
    CHECK(samples / Coverage::full == doctest::Approx(100.0 * 100.0).epsilon(0.002));
  }
  // Two by one pixels, half a pixel to the right: halves at both ends.
  const Coverage shifted = coverage_of({{0.5, 0}, {2.5, 0}, {2.5, 1}, {0.5, 1}});
  CHECK(shifted.samples == std::vector<std::uint8_t>{8, 16, 8});
}

TEST_CASE("synth: the same seed and index give the same sample, others another") {
  const SynthParams params{.seed = 5};
  CHECK(same(synthesize(params, 17), synthesize(params, 17)));
  CHECK_FALSE(same(synthesize(params, 17), synthesize(params, 18)));
  CHECK_FALSE(same(synthesize(params, 17), synthesize({.seed = 6}, 17)));
  CHECK(synthesize(params, 123).record.file_name == "shapes_000123.jpg");
  CHECK(synthesize(params, 123).record.id == 124);
}

TEST_CASE("synth: masks, boxes, areas and the label map agree") {
  for (std::int64_t index = 0; index < many; ++index) {
    CAPTURE(index);
    const Sample sample = synthesize({.seed = 9, .crowd_share = 0.3}, index);
    const Image image = decode(sample.encoded);
    REQUIRE(image.height == sample.record.height);
    REQUIRE(image.width == sample.record.width);
    const LabelMap map = decode_label_map(sample.label_map);
    std::vector<std::uint8_t> expected(map.labels.size());
    int overlapping = 0;
    std::int64_t last_id = 0;
    for (const Annotation& annotation : sample.annotations) {
      CHECK(annotation.id > last_id);
      last_id = annotation.id;
      const auto mask = mask_of(annotation, sample);
      int x0 = image.width, y0 = image.height, x1 = 0, y1 = 0, pixels = 0;
      for (int y = 0; y < image.height; ++y) {
        for (int x = 0; x < image.width; ++x) {
          const auto at = static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) +
                          static_cast<std::size_t>(x);
          if (mask[at] == 0) continue;
          ++pixels;
          overlapping += static_cast<int>(expected[at] != 0);
          expected[at] = annotation.iscrowd ? std::uint8_t{255}
                                            : static_cast<std::uint8_t>(annotation.category_id);
          x0 = std::min(x0, x);
          y0 = std::min(y0, y);
          x1 = std::max(x1, x + 1);
          y1 = std::max(y1, y + 1);
        }
      }
      CHECK(annotation.area == pixels);
      CHECK(annotation.bbox ==
            std::array<double, 4>{double(x0), double(y0), double(x1 - x0), double(y1 - y0)});
      CHECK(pixels >= 16);
    }
    CHECK(overlapping == 0);
    CHECK(map.labels == expected);
  }
}

TEST_CASE("synth: the mix of classes, sizes, orientations and crowds is as promised") {
  int objects = 0, small = 0, large = 0, crowds = 0, portraits = 0;
  std::map<std::int64_t, int> classes;
  for (std::int64_t index = 0; index < many; ++index) {
    const Sample sample = synthesize({.seed = 21}, index);
    const int longer = std::max(sample.record.width, sample.record.height);
    const int shorter = std::min(sample.record.width, sample.record.height);
    CHECK((longer >= 256 && longer <= 320 && shorter >= 192 && shorter <= 256));
    portraits += static_cast<int>(sample.record.height > sample.record.width);
    for (const Annotation& annotation : sample.annotations) {
      crowds += static_cast<int>(annotation.iscrowd);
      if (annotation.iscrowd) continue;
      ++objects;
      ++classes[annotation.category_id];
      small += static_cast<int>(annotation.area < 32 * 32);
      large += static_cast<int>(annotation.area > 96 * 96);
    }
  }
  const auto share = [&](int count) { return static_cast<double>(count) / objects; };
  CHECK(objects > 4 * many);
  CHECK(share(small) == doctest::Approx(0.30).epsilon(0.25));
  CHECK(share(large) == doctest::Approx(0.28).epsilon(0.25));
  CHECK(classes.size() == 5);
  for (const auto& entry : classes) CHECK_MESSAGE(share(entry.second) > 0.14, entry.first);
  CHECK(crowds >= 1);
  CHECK(portraits > many / 3);
  CHECK(portraits < 2 * many / 3);
  CHECK(synth_categories().size() == 5);
  CHECK(synth_categories()[3].name == "star");
}

TEST_CASE("synth: parameters that contradict each other are refused") {
  SynthParams params;
  params.long_side_min = 200;  // below the short side's 256
  CHECK_THROWS_WITH_AS(static_cast<void>(synthesize(params, 0)),
                       "synth: the long side must be a range within 256 .. 4096, found 200 .. 320",
                       Error);
  params = {};
  params.crowd_share = 2;
  CHECK_THROWS_AS(check(params), Error);
  CHECK_THROWS_AS(static_cast<void>(synthesize({}, -1)), Error);
}
