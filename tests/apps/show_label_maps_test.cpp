/// `show` of label maps as a user calls it.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "io/dataset/dataset.hpp"
#include "io/predictions/predictions_file.hpp"
#include "stages/decode/decode.hpp"
#include "stages/decode/encode.hpp"
#include "tests/support/program.hpp"
#include "tests/support/scratch.hpp"

namespace roiflow {
namespace {

Image picture(const std::filesystem::path& file) {
  const std::string bytes = test::read_bytes(file);
  return decode({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

/// Row 0 has no predictions; row 1 has none of a class; rows 2, 3 the ground truth itself.
void write_predictions(const DatasetReader& data, const std::filesystem::path& path, bool boxes) {
  PredictionsWriter writer(path, true);
  for (std::int64_t i = 1; i < data.size(); ++i) {
    const Sample sample = data.read(i);
    const LabelMap truth = decode_label_map(sample.label_map);
    const LabelMap nothing{truth.height, truth.width,
                           std::vector<std::uint8_t>(truth.labels.size())};
    Detection detection;
    detection.box = {4, 4, 30, 30};
    detection.score = 1;
    detection.category_id = 1;
    writer.append(sample.record.id, std::vector<Detection>(boxes ? 1 : 0, detection), false,
                  i == 1 ? encode_png(nothing) : sample.label_map);
  }
  writer.close();
}

}  // namespace

TEST_CASE("show: label maps of predictions, alone and beside the ground truth") {
  const test::Scratch scratch("show_maps");
  const std::string dir = scratch.path().string();
  REQUIRE(test::roiflow(fmt::format("synth -q --images 4 --seed 3 -o '{}/data.h5'", dir)).code ==
          0);
  const DatasetReader data(scratch / "data.h5");
  write_predictions(data, scratch / "maps.h5", false);
  write_predictions(data, scratch / "both.h5", true);
  const auto show = [&](const std::string& more, const std::string& output) {
    const auto result =
        test::roiflow(fmt::format("show -q '{0}/data.h5' -o '{0}/{1}' ", dir, output) + more);
    CHECK(result.text == fmt::format("{}/{}: 4 pictures\n", dir, output));
    CHECK(result.code == 0);
  };
  const auto row = [&](const std::string& folder, int i) {
    return picture(scratch / fmt::format("{}/{:06}_shapes_{:06}.png", folder, i, i)).rgb;
  };
  show("--label-maps", "truth");
  show(fmt::format("--predictions '{}/maps.h5'", dir), "maps");
  show(fmt::format("--predictions '{}/both.h5'", dir), "boxes");
  show(fmt::format("--predictions '{}/both.h5' --label-maps", dir), "asked");
  show(fmt::format("--predictions '{}/maps.h5' --ground-truth", dir), "pair");
  for (int i = 2; i < 4; ++i) CHECK(row("maps", i) == row("truth", i));
  CHECK_FALSE(row("maps", 1) == row("truth", 1));
  CHECK(row("asked", 2) == row("maps", 2));
  CHECK_FALSE(row("boxes", 2) == row("maps", 2));
  const Image one = picture(scratch / "maps/000002_shapes_000002.png");
  const Image two = picture(scratch / "pair/000002_shapes_000002.png");
  CHECK(two.width > 2 * one.width);

  // The same from a folder of PNG files; the unpacked ground truth is one.
  REQUIRE(test::roiflow(fmt::format("unpack -q '{0}/data.h5' --out '{0}/back'", dir)).code == 0);
  show(fmt::format("--predictions '{}/back/labels'", dir), "folder");
  CHECK(row("folder", 0) == row("truth", 0));
}

}  // namespace roiflow
