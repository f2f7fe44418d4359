/// Pictures of the worst images, and the shrinking behind them.
#include "apps/overlays.hpp"

#include <doctest/doctest.h>

#include "apps/pictures.hpp"
#include "io/dataset/dataset.hpp"
#include "stages/decode/decode.hpp"
#include "stages/decode/encode.hpp"
#include "tests/support/scratch.hpp"

namespace roiflow::test {
namespace {

/// Every pixel (x, y) has red 10 x and green 10 y.
Image ramp(int height, int width) {
  Image image{height, width, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      image.rgb.insert(image.rgb.end(),
                       {static_cast<std::uint8_t>(10 * x), static_cast<std::uint8_t>(10 * y), 0});
    }
  }
  return image;
}

/// A data set of `images` gray pictures with one object each; the rows named have broken bytes.
std::string dataset(const Scratch& scratch, int images, std::int64_t broken) {
  const std::string path = scratch / "data.h5";
  DatasetWriter writer(path, {.categories = {{1, "cat", "", ""}}});
  for (int i = 0; i < images; ++i) {
    const Image gray{300, 1200, std::vector<std::uint8_t>(300 * 1200 * 3, 128)};
    Sample sample;
    sample.record.id = 100 + i;
    sample.record.file_name = fmt::format("{}.jpg", i);
    sample.record.width = 1200;
    sample.record.height = 300;
    sample.encoded = encode_jpeg(gray, 90);
    sample.annotations.push_back(
        {.id = i + 1, .category_id = 1, .bbox = {10, 10, 100, 100}, .area = 1e4});
    if (i == broken) sample.encoded.resize(20);
    writer.append(sample);
  }
  writer.close();
  return path;
}

Report report_of(const std::vector<ImageErrors>& images) {
  Report report;
  TypeReport type{.type = "bbox", .class_agnostic = false, .stats = {}, .analysis = {}};
  type.analysis.classes = {{.category_id = 1, .name = "cat", .best = {0.5, 1, 1, 1}}};
  type.analysis.images = images;
  report.types = {type};
  return report;
}

OverlaySource source_of(const DatasetReader& data, const Report& report) {
  return {
      data, rows_of(data, worst_images(report)), [](const ImageRecord&) {
        return std::optional(std::vector<DetectionResult>{
            {.category_id = 1, .score = 0.9, .bbox = {20, 20, 100, 100}, .mask = {}, .area = 1e4},
            {.category_id = 1,
             .score = 0.1,
             .bbox = {600, 20, 100, 100},
             .mask = {},
             .area = 1e4}});
      }};
}

}  // namespace

TEST_CASE("shrunk: each pixel is the mean of the area that it covers") {
  const Image half = shrunk(ramp(4, 8), 4);
  REQUIRE(half.width == 4);
  REQUIRE(half.height == 2);
  for (int y = 0; y < 2; ++y) {
    for (int x = 0; x < 4; ++x) {
      const auto at = static_cast<std::size_t>((y * 4 + x) * 3);
      CHECK(half.rgb[at] == 20 * x + 5);  // mean of 10 (2 x) and 10 (2 x + 1)
      CHECK(half.rgb[at + 1] == 20 * y + 5);
    }
  }
  CHECK(shrunk(ramp(4, 8), 8).rgb == ramp(4, 8).rgb);
  CHECK(shrunk(ramp(1, 20), 3).height == 1);
}

TEST_CASE("scaled: boxes and masks follow the image") {
  // 4 x 4 pixels, the right half set: two background columns, then two of the mask.
  const DrawnObject object{{2, 0, 4, 4}, 1, "cat", false, Rle{4, 4, {8, 8}}};
  const DrawnObject half = scaled(object, ramp(4, 4), ramp(2, 2));
  CHECK(half.box == Box{1, 0, 2, 2});
  CHECK(half.mask == Rle{2, 2, {2, 2}});
  CHECK(scaled(object, ramp(4, 4), ramp(4, 4)).mask == object.mask);
}

TEST_CASE("add_overlays: most wrong, then most missed; small pictures; no image twice") {
  const Scratch scratch("overlays_test");
  const DatasetReader data(dataset(scratch, 20, -1));
  std::vector<ImageErrors> images;
  for (int i = 0; i < 20; ++i) {
    images.push_back(
        {100 + i, 1, static_cast<std::uint32_t>(20 - i), static_cast<std::uint32_t>(i)});
  }
  Report report = report_of(images);
  add_overlays(report, source_of(data, report));
  REQUIRE(report.overlays);
  REQUIRE(report.overlays->false_positives.size() == 6);
  REQUIRE(report.overlays->misses.size() == 6);
  CHECK(report.overlays->false_positives[0].image_id == 100);
  CHECK(report.overlays->misses[0].image_id == 119);
  CHECK(report.overlays->misses[0].caption == "19.jpg (id 119): 1 wrong, 19 missed, 1 right");
  CHECK(report.file_names.at(119) == "19.jpg");
  for (const Overlay& overlay : report.overlays->false_positives) {
    const Image found = decode(overlay.found.bytes);
    CHECK(found.width == 512);
    CHECK(found.height == 128);
    CHECK(found.width == overlay.found.width);
    // Left edges of the two boxes, at 20 and 600 of 1200 pixels: the second is below the class's
    // best score and so not drawn.
    const auto colourful = [&](int x) {
      bool any = false;
      for (int u = x - 1; u <= x + 2; ++u) {
        const auto at = static_cast<std::size_t>((40 * 512 + u) * 3);
        any = any || std::abs(found.rgb[at] - found.rgb[at + 2]) > 30;
      }
      return any;
    };
    CHECK(colourful(20 * 512 / 1200));
    CHECK_FALSE(colourful(600 * 512 / 1200));
  }
}

TEST_CASE("add_overlays: an image that cannot be decoded is left out, and the note says so") {
  const Scratch scratch("overlays_test");
  const DatasetReader data(dataset(scratch, 2, 0));
  Report report = report_of({{100, 0, 3, 0}, {101, 0, 2, 0}});
  add_overlays(report, source_of(data, report));
  REQUIRE(report.overlays->false_positives.size() == 1);
  CHECK(report.overlays->false_positives[0].image_id == 101);
  CHECK(report.overlays->note.find("1 more could not be drawn") != std::string::npos);
}

}  // namespace roiflow::test
