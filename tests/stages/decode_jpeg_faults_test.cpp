// The catalogue's faults of JPEG files, by number, on inputs made here.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

#include "stages/decode/decode_annotated.hpp"
#include "tests/support/decode_verdict.hpp"
#include "tests/support/made_jpeg.hpp"

namespace roiflow::test {
namespace {

constexpr DecodeLimits accepting{.accept_truncated = true};

/// Something to see, in any number of channels.
Bytes pattern(int width, int height, int channels) {
  Bytes pixels;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int channel = 0; channel < channels; ++channel) {
        pixels.push_back(
            static_cast<std::uint8_t>((x * (3 + channel) + y * 5 + channel * 40) % 256));
      }
    }
  }
  return pixels;
}

Bytes picture(int width = 48, int height = 64) {
  return made_jpeg(pattern(width, height, 3), width, height, JCS_RGB);
}

/// The greatest difference between the pixels and one colour.
int furthest(const Image& image, const std::array<int, 3>& colour) {
  int worst = 0;
  for (std::size_t i = 0; i < image.rgb.size(); ++i) {
    worst = std::max(worst, std::abs(image.rgb[i] - colour[i % 3]));
  }
  return worst;
}

}  // namespace

TEST_CASE("I1: a file without a byte is refused") {
  CHECK(refusal({}) == "expected a JPEG or PNG image, found no bytes at all");
}

TEST_CASE("I2: a truncated JPEG is refused, or decoded as far as it goes and marked") {
  const Bytes baseline = picture();
  const Image whole = decode(baseline);
  for (const Bytes& jpeg : {baseline, progressive_of(baseline)}) {
    const Bytes half(jpeg.begin(), jpeg.begin() + static_cast<std::ptrdiff_t>(jpeg.size() / 2));
    CHECK(refusal(half) == "JPEG: Premature end of JPEG file");
    const Decoded decoded = decode_noted(half, accepting);
    CHECK(decoded.notes.truncated);
    CHECK(decoded.notes.texts == std::vector<std::string>{"JPEG: Premature end of JPEG file"});
    CHECK(decoded.image.height == 64);
    CHECK(decoded.image.rgb.size() == whole.rgb.size());
    const Bytes without_end(jpeg.begin(), jpeg.end() - 2);
    CHECK(refusal(without_end) == "JPEG: Premature end of JPEG file");
    CHECK(decode_noted(without_end, accepting).notes.truncated);
    CHECK(decode_noted(without_end, accepting).image.rgb == whole.rgb);
    CHECK_FALSE(decode_noted(jpeg, accepting).notes.truncated);
    CHECK(decode_noted(jpeg, accepting).image.rgb == whole.rgb);
  }
  const Bytes half(baseline.begin(),
                   baseline.begin() + static_cast<std::ptrdiff_t>(baseline.size() / 2));
  const Image cut = decode(half, accepting);
  // The half holds the first of four rows of blocks; its last row of pixels takes colour from
  // below.
  constexpr std::size_t sure_rows = 15;
  CHECK(std::equal(whole.rgb.begin(), whole.rgb.begin() + sure_rows * 48 * 3, cut.rgb.begin()));
  CHECK(whole.rgb != cut.rgb);
}

TEST_CASE("I2: a JPEG that ends before its first pixels is refused, whatever is accepted") {
  const Bytes jpeg = picture();
  const Bytes scan{0xFF, 0xDA};
  const auto at = std::search(jpeg.begin(), jpeg.end(), scan.begin(), scan.end());
  REQUIRE(at != jpeg.end());
  constexpr int header_of_scan = 14;
  for (auto end = jpeg.begin(); end <= at + header_of_scan; ++end) {
    CHECK(refusal({jpeg.begin(), end}, accepting) != "(decoded)");
  }
}

TEST_CASE("I3: a progressive JPEG has the pixels of the baseline one") {
  for (const int samples : {1, 2}) {
    const Bytes baseline =
        made_jpeg(pattern(61, 45, 3), 61, 45, JCS_RGB, [&](jpeg_compress_struct& info) {
          info.comp_info[0].h_samp_factor = info.comp_info[0].v_samp_factor = samples;
          jpeg_set_quality(&info, 80, TRUE);
        });
    const Bytes progressive = progressive_of(baseline);
    REQUIRE(progressive != baseline);
    CHECK(decode(progressive).rgb == decode(baseline).rgb);
  }
}

TEST_CASE("I4: 256 scans are decoded, the 257th is too many; the option changes that") {
  CHECK(refusal(many_scans(64, 64, 256)) == "(decoded)");
  CHECK(furthest(decode(many_scans(64, 64, 256)), {128, 128, 128}) == 0);  // all terms are 0
  CHECK(refusal(many_scans(64, 64, 257)) ==
        "JPEG: there are more scans than the limit of 256 (--max-scans)");
  CHECK(refusal(many_scans(64, 64, 257), {.max_scans = 257}) == "(decoded)");
  CHECK(refusal(many_scans(64, 64, 9), {.max_scans = 8}) ==
        "JPEG: there are more scans than the limit of 8 (--max-scans)");
}

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

TEST_CASE("I13: sizes that are none, or the greatest there are") {
  struct Case {
    std::uint8_t height_high, height_low, width_high, width_low;
    const char* reason;
  };
  for (const Case& c :
       {Case{0, 0, 0, 48, "JPEG: the header says 48 x 0 pixels, expected at least one"},
        Case{0, 64, 0, 0, "JPEG: the header says 0 x 64 pixels, expected at least one"},
        Case{0xFF, 0xFF, 0xFF, 0xFF,
             "JPEG: the header says 65535 x 65535 pixels, more than the limit of 100000000 "
             "(--max-pixels)"}}) {
    Bytes jpeg = picture();
    std::ranges::copy(Bytes{c.height_high, c.height_low, c.width_high, c.width_low},
                      jpeg.begin() + static_cast<std::ptrdiff_t>(frame_of(jpeg) + 5));
    CHECK(refusal(jpeg) == c.reason);
    CHECK_THROWS_WITH_AS(static_cast<void>(probe(jpeg)), c.reason, Error);
  }
}

TEST_CASE("I15, I19: what follows the end of a JPEG is ignored and noted: the first of an MPO") {
  const Bytes jpeg = picture(), other = made_jpeg(pattern(16, 16, 3), 16, 16, JCS_RGB);
  CHECK(decode(jpeg + other).rgb == decode(jpeg).rgb);
  CHECK(notes_of(jpeg + other) ==
        std::to_string(other.size()) + " bytes behind the end of the image are ignored\n");
  CHECK(notes_of(jpeg).empty());
}

TEST_CASE("I21: a warning of libjpeg is damage, unless damage is accepted, and then it is noted") {
  Bytes jpeg = picture();
  jpeg.insert(jpeg.begin() + 20, {0x12, 0x34, 0x56});  // behind the first segment
  const char* const warning = "JPEG: Corrupt JPEG data: 3 extraneous bytes before marker 0xdb";
  CHECK(refusal(jpeg) == warning);
  const Decoded decoded = decode_noted(jpeg, accepting);
  CHECK(decoded.notes.truncated);
  CHECK(decoded.notes.texts == std::vector<std::string>{warning});
  CHECK(decoded.image.rgb == decode(picture()).rgb);
}

}  // namespace roiflow::test
