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
