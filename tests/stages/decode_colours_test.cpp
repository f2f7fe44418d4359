// The catalogue's faults of JPEG files that concern how colours are stored, on inputs made here.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

#include "tests/support/decode_verdict.hpp"
#include "tests/support/made_jpeg.hpp"

namespace roiflow::test {
TEST_CASE("I5: CMYK, YCCK and RGB are the colours that were meant") {
  struct Case {
    const char* name;
    J_COLOR_SPACE given, stored;
  };
  // Cyan, magenta, yellow and black, 0 .. 255; Adobe's files hold them inverted.
  const std::array<std::array<int, 4>, 4> inks{
      {{0, 0, 0, 0}, {255, 0, 0, 0}, {0, 200, 100, 50}, {30, 60, 90, 255}}};
  for (const auto& ink : inks) {
    std::array<int, 3> meant{};
    Bytes inverted;
    for (std::size_t i = 0; i < 3; ++i) meant[i] = (255 - ink[i]) * (255 - ink[3]) / 255;
    for (int i = 0; i < 32 * 32 * 4; ++i) {
      inverted.push_back(static_cast<std::uint8_t>(255 - ink[static_cast<std::size_t>(i % 4)]));
    }
    for (const Case& c : {Case{"CMYK", JCS_CMYK, JCS_CMYK}, Case{"YCCK", JCS_CMYK, JCS_YCCK}}) {
      CAPTURE(c.name);
      const Bytes jpeg = made_jpeg(inverted, 32, 32, c.given, [&](jpeg_compress_struct& info) {
        jpeg_set_colorspace(&info, c.stored);
      });
      CHECK(furthest(decode(jpeg), meant) <= 2);
      CHECK(notes_of(jpeg).empty());
    }
  }
  Bytes red;
  for (int i = 0; i < 32 * 32; ++i) red = red + Bytes{250, 10, 20};
  const auto as_rgb = [](jpeg_compress_struct& info) { jpeg_set_colorspace(&info, JCS_RGB); };
  CHECK(furthest(decode(made_jpeg(red, 32, 32, JCS_RGB, as_rgb)), {250, 10, 20}) <= 2);
}

TEST_CASE("I5: four colours without a word of their meaning are noted; two or odd ones refused") {
  const auto unmarked = [](jpeg_compress_struct& info) { info.write_Adobe_marker = FALSE; };
  CHECK(notes_of(made_jpeg(pattern(16, 16, 4), 16, 16, JCS_CMYK, unmarked)) ==
        "JPEG: four colours without an Adobe marker are taken as inverted CMYK\n");
  CHECK(refusal(made_jpeg(pattern(16, 16, 2), 16, 16, JCS_UNKNOWN)) ==
        "JPEG: expected 1, 3 or 4 colour components, found 2");
  Bytes odd = made_jpeg(pattern(16, 16, 4), 16, 16, JCS_CMYK);
  const Bytes adobe{'A', 'd', 'o', 'b', 'e'};
  const auto at = std::search(odd.begin(), odd.end(), adobe.begin(), adobe.end());
  REQUIRE(at != odd.end());
  at[11] = 7;  // the transform: 0, 1 and 2 are defined
  CHECK(refusal(odd) == "JPEG: Unknown Adobe color transform code 7");
}

TEST_CASE("I6: what a libjpeg may or may not be able to read is refused by every build") {
  const Bytes baseline = picture();
  const std::size_t frame = frame_of(baseline);
  REQUIRE(frame > 0);
  struct Case {
    std::uint8_t marker, precision;
    const char* reason;
  };
  const char* const lossless = "lossless coding is unsupported";
  const char* const hierarchical = "hierarchical coding is unsupported";
  const char* const arithmetic = "arithmetic coding is unsupported";
  for (const Case& c :
       {Case{0xC0, 12, "precision 12 unsupported, expected 8 bits a sample"},
        Case{0xC1, 12, "precision 12 unsupported"}, Case{0xC2, 12, "precision 12 unsupported"},
        Case{0xC0, 16, "precision 16 unsupported"}, Case{0xC3, 8, lossless},
        Case{0xC3, 16, lossless}, Case{0xC5, 8, hierarchical}, Case{0xC6, 8, hierarchical},
        Case{0xC7, 8, hierarchical}, Case{0xC9, 8, arithmetic}, Case{0xCA, 8, arithmetic},
        Case{0xCB, 8, lossless}, Case{0xCD, 8, arithmetic}, Case{0xCF, 8, arithmetic}}) {
    Bytes jpeg = baseline;
    jpeg[frame + 1] = c.marker;
    jpeg[frame + 4] = c.precision;
    CHECK(refusal(jpeg).starts_with(std::string("JPEG: ") + c.reason));
    CHECK(refusal(jpeg, accepting) == refusal(jpeg));
    CHECK_THROWS_AS(static_cast<void>(probe(jpeg)), Error);
  }
  const Bytes real = made_jpeg(pattern(16, 16, 1), 16, 16, JCS_GRAYSCALE,
                               [](jpeg_compress_struct& info) { info.arith_code = TRUE; });
  CHECK(refusal(real).starts_with("JPEG: arithmetic coding is unsupported"));
}

TEST_CASE("I7: one channel is replicated") {
  const Bytes gray = pattern(31, 17, 1);
  const Image image = decode(made_jpeg(gray, 31, 17, JCS_GRAYSCALE));
  REQUIRE(image.rgb.size() == gray.size() * 3);
  int worst = 0;
  for (std::size_t i = 0; i < gray.size(); ++i) {
    CHECK(image.rgb[3 * i] == image.rgb[3 * i + 1]);
    CHECK(image.rgb[3 * i] == image.rgb[3 * i + 2]);
    worst = std::max(worst, std::abs(image.rgb[3 * i] - gray[i]));
  }
  CHECK(worst <= 2);  // the encoder's rounding at quality 100
}

}  // namespace roiflow::test
