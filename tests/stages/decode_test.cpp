// Truth: Pillow's pixels, made by tests/reference/make_decode_golden.py.
#include "stages/decode/decode.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "stages/core/error.hpp"
#include "stages/decode/decode_annotated.hpp"
#include "stages/decode/encode.hpp"
#include "tests/support/decode_verdict.hpp"
#include "tests/support/npy.hpp"

using namespace roiflow;
using test::refusal;

namespace {

using Bytes = std::vector<std::uint8_t>;

const std::filesystem::path folder =
    std::filesystem::path(ROIFLOW_SOURCE_DIR) / "tests/golden/decode";

Bytes file(const std::string& name) {
  std::ifstream stream(folder / name, std::ios::binary);
  REQUIRE_MESSAGE(stream.is_open(), name);
  return {std::istreambuf_iterator<char>(stream), {}};
}

Bytes expected_bytes(const std::string& name) {
  const Npy npy = read_npy((folder / name).replace_extension(".npy").string());
  Bytes bytes(npy.values.size());
  std::ranges::transform(npy.values, bytes.begin(),
                         [](double value) { return static_cast<std::uint8_t>(value); });
  return bytes;
}

/// height x width pixels that are all different from their neighbours.
Image numbered(int height, int width) {
  Image image{height, width, {}};
  for (int i = 0; i < height * width * 3; ++i) image.rgb.push_back(static_cast<std::uint8_t>(i));
  return image;
}

}  // namespace

TEST_CASE("decode: every kind of JPEG and PNG gives Pillow's pixels") {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() == ".npy" || name.starts_with("label_")) continue;
    CAPTURE(name);
    const Image image = decode(file(name));
    const Npy shape = read_npy((folder / name).replace_extension(".npy").string());
    CHECK(static_cast<std::size_t>(image.height) == shape.shape.at(0));
    CHECK(static_cast<std::size_t>(image.width) == shape.shape.at(1));
    CHECK(image.rgb == expected_bytes(name));
    const ImageInfo info = probe(file(name));
    CHECK(info.height == image.height);
    CHECK(info.width == image.width);
    CHECK((info.format == ImageFormat::png) == name.ends_with(".png"));
    CHECK(info.orientation == (name == "orientation_6.jpg" ? 6 : 1));
    ++files;
  }
  CHECK(files >= 20);
}

TEST_CASE("decode_label_map: stored values, whatever the palette says") {
  for (const std::string name : {"label_gray.png", "label_palette.png", "label_palette_4.png"}) {
    CAPTURE(name);
    CHECK(decode_label_map(file(name)).labels == expected_bytes(name));
  }
  CHECK_THROWS_WITH_AS(static_cast<void>(decode_label_map(file("rgb.png"))),
                       "PNG: a label map must be gray or palette with at most 8 bits, found colour "
                       "type 2 with 8 bits",
                       Error);
  CHECK_THROWS_AS(static_cast<void>(decode_label_map(file("gray_16.png"))), Error);
  CHECK_THROWS_AS(static_cast<void>(decode_label_map(file("gray.jpg"))), Error);
}

TEST_CASE("I2: a file that is cut anywhere is refused") {
  for (const std::string name : {"baseline_420.jpg", "progressive_420.jpg", "rgb.png"}) {
    const Bytes whole = file(name);
    for (std::size_t kept = 0; kept < whole.size(); kept += kept < 64 ? 1 : 17) {
      CAPTURE(name);
      CAPTURE(kept);
      CHECK(refusal({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(kept)}) !=
            "(decoded)");
    }
    CHECK(refusal({whole.begin(), whole.end() - 2}) != "(decoded)");
  }
  const Bytes jpeg = file("baseline_420.jpg");
  CHECK(refusal({jpeg.begin(), jpeg.end() - 200}) == "JPEG: Premature end of JPEG file");
  const Bytes png = file("rgb.png");
  CHECK(refusal({png.begin(), png.end() - 30}) == "PNG: the file ends in the middle of the image");
}

TEST_CASE("I16: damage inside is refused in the decoder's words") {
  Bytes png = file("rgb.png");
  png[png.size() / 2] ^= 1U;  // in the compressed pixels
  CHECK(refusal(png).starts_with("PNG: IDAT: "));
  Bytes sum = file("rgb.png");
  sum[sum.size() - 13] ^= 1U;  // the check sum of the pixels, before the 12 bytes of IEND
  CHECK(refusal(sum) == "PNG: IDAT: CRC error");
  Bytes jpeg = file("baseline_420.jpg");
  jpeg.insert(jpeg.begin() + 2, {0x12, 0x34, 0x56});  // before the first marker
  CHECK(refusal(jpeg).starts_with("expected a JPEG or PNG image"));
}

TEST_CASE("I18: decode_annotated: turned only if the annotated size says so") {
  const Bytes bytes = file("orientation_6.jpg");  // 23 x 19 pixels as stored
  const Image stored = decode(bytes);
  CHECK(decode_annotated(bytes, 23, 19).image.rgb == stored.rgb);
  CHECK(decode_annotated(bytes, 0, 0).image.rgb == stored.rgb);
  CHECK(decode_annotated(bytes, 19, 23).image.rgb == orient(stored, 6).rgb);
  CHECK_THROWS_WITH_AS(static_cast<void>(decode_annotated(bytes, 19, 22)),
                       "the image is 23 x 19 pixels, but the data set says 19 x 22", Error);
  CHECK_THROWS_AS(static_cast<void>(decode_annotated(file("rgb.png"), 19, 23)), Error);
}

TEST_CASE("encode: PNG comes back exactly, JPEG nearly; nonsense is refused") {
  const Image image = numbered(7, 5);
  CHECK(decode(encode_png(image)).rgb == image.rgb);
  const LabelMap map{2, 3, {0, 1, 2, 3, 254, 255}};
  CHECK(decode_label_map(encode_png(map)).labels == map.labels);

  Image smooth{16, 16, {}};
  for (int i = 0; i < 16 * 16; ++i)
    smooth.rgb.insert(smooth.rgb.end(), 3, static_cast<std::uint8_t>(60 + i / 2));
  const Image back = decode(encode_jpeg(smooth, 95));
  int worst = 0;
  for (std::size_t i = 0; i < back.rgb.size(); ++i)
    worst = std::max(worst, std::abs(back.rgb[i] - smooth.rgb[i]));
  CHECK(worst <= 3);

  CHECK_THROWS_AS(static_cast<void>(encode_png(Image{2, 2, Bytes(11)})), Error);
  CHECK_THROWS_AS(static_cast<void>(encode_png(Image{})), Error);
  CHECK_THROWS_AS(static_cast<void>(encode_jpeg(Image{2, 2, Bytes(11)}, 90)), Error);
  CHECK_THROWS_AS(static_cast<void>(encode_jpeg(image, 101)), Error);
}
