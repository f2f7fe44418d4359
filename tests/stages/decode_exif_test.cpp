// EXIF in JPEG files, good and hostile, on inputs made here.
#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "stages/decode/decode_annotated.hpp"
#include "stages/decode/exif.hpp"
#include "tests/support/decode_verdict.hpp"
#include "tests/support/made_jpeg.hpp"

namespace roiflow::test {

TEST_CASE("I11: exif_orientation: both byte orders; damage is nothing") {
  const Bytes little{'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 7, 0, 0, 0};
  const Bytes big{'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 5, 0, 0};
  CHECK(exif_orientation(little) == 7);
  CHECK(exif_orientation(big) == 5);
  for (std::size_t kept = 0; kept < big.size(); ++kept) {
    CHECK(exif_orientation(std::span(big).first(kept)).has_value() == (kept == 0));
  }
  Bytes nine = little;
  nine[18] = 9;
  CHECK_FALSE(exif_orientation(nine).has_value());
  Bytes wild = little;
  wild[7] = 0xFF;  // the directory lies 4 GB further on
  CHECK_FALSE(exif_orientation(wild).has_value());
}

TEST_CASE("I10: orient: each of the eight, by the corner that comes first") {
  // A 2 x 3 image a b c / d e f; the expected rows are EXIF's definition of where row 0 and
  // column 0 belong.
  const std::array<std::string_view, 8> upright{"abc/def",  "cba/fed",  "fed/cba",  "def/abc",
                                                "ad/be/cf", "da/eb/fc", "fc/eb/da", "cf/be/ad"};
  const std::string_view stored = "abcdef";
  for (int orientation = 1; orientation <= 8; ++orientation) {
    Image image{2, 3, {}};
    for (const char letter : stored)
      image.rgb.insert(image.rgb.end(), 3, static_cast<std::uint8_t>(letter));
    const Image out = orient(image, orientation);
    std::string rows;
    for (int i = 0; i < out.height * out.width; ++i) {
      if (i > 0 && i % out.width == 0) rows += '/';
      rows += static_cast<char>(out.rgb[static_cast<std::size_t>(i) * 3]);
    }
    CHECK(rows == upright[static_cast<std::size_t>(orientation - 1)]);
  }
  CHECK_THROWS_AS(static_cast<void>(orient(Image{1, 1, {1, 2, 3}}, 9)), Error);
}

TEST_CASE("I10: EXIF turns the image if the annotated size is the upright one, and says so") {
  const Bytes jpeg = made_jpeg(pattern(24, 16, 3), 24, 16, JCS_RGB);
  const Image stored = decode(jpeg);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    CAPTURE(orientation);
    const Bytes marked =
        with_segments(jpeg, exif_segment(tiff_orientation(static_cast<std::uint8_t>(orientation))));
    CHECK(probe(marked).orientation == orientation);
    const Decoded as_stored = decode_annotated(marked, 24, 16);
    CHECK(as_stored.image.rgb == stored.rgb);
    CHECK(as_stored.notes.texts.size() == (orientation == 1 ? 0 : 1));
    if (orientation < 5) continue;
    const Decoded upright = decode_annotated(marked, 16, 24);
    CHECK(upright.image.rgb == orient(stored, orientation).rgb);
    CHECK(upright.notes.texts ==
          std::vector{"the EXIF orientation " + std::to_string(orientation) +
                      " is applied: the data set's size is that of the upright image"});
  }
}

TEST_CASE("I10, I11: damaged EXIF is ignored and noted; wild offsets lead nowhere") {
  const Bytes jpeg = picture();
  const Image plain = decode(jpeg);
  const Bytes good = tiff_orientation(6);
  const auto changed = [&](std::size_t at, const Bytes& to) {
    Bytes tiff = good;
    std::ranges::copy(to, tiff.begin() + static_cast<std::ptrdiff_t>(at));
    return tiff;
  };
  const Bytes wild{0xFF, 0xFF, 0xFF, 0xFF};
  for (const Bytes& tiff :
       {changed(4, wild), changed(4, {0xFF, 0xFF, 0xFF, 0x7F}), changed(4, {25, 0, 0, 0}),
        changed(8, {0xFF, 0xFF, 0x00}), changed(12, {9, 0}), changed(14, wild), changed(18, {9}),
        changed(18, {0}), changed(0, {'X'}), changed(2, {43}),
        Bytes(good.begin(), good.end() - 12)}) {
    const Bytes marked = with_segments(jpeg, exif_segment(tiff));
    CHECK(decode(marked).rgb == plain.rgb);
    CHECK(probe(marked).orientation == 1);
    CHECK(notes_of(marked) == "the EXIF data is damaged and ignored\n");
  }
  CHECK(notes_of(with_segments(jpeg, exif_segment(good))).empty());
}

}  // namespace roiflow::test
