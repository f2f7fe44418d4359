// What hostile images may cost: made here, by the numbers of the catalogue.
#include <string>

#include <doctest/doctest.h>

#include "tests/support/decode_verdict.hpp"
#include "tests/support/made_jpeg.hpp"
#include "tests/support/made_png.hpp"
#include "tests/support/peak_memory.hpp"

namespace roiflow::test {
namespace {

constexpr std::int64_t mebibyte = 1 << 20;
/// What a refusal may take: far less than the pixels of the images here, and enough for the shadow
/// memory that a sanitizer needs.
constexpr std::int64_t small_change = 64 * mebibyte;

/// Gray, with a header of its own size in place of the real one.
Bytes jpeg_that_claims(int width, int height) {
  Bytes jpeg = made_jpeg(Bytes(16 * 16, 100), 16, 16, JCS_GRAYSCALE);
  const auto frame = static_cast<std::ptrdiff_t>(frame_of(jpeg));
  std::ranges::copy(Bytes{static_cast<std::uint8_t>(height >> 8), static_cast<std::uint8_t>(height),
                          static_cast<std::uint8_t>(width >> 8), static_cast<std::uint8_t>(width)},
                    jpeg.begin() + frame + 5);
  return jpeg;
}

}  // namespace

TEST_CASE("I12: a bomb is refused before memory is taken") {
  const Bytes jpeg = jpeg_that_claims(65500, 65500);
  const Bytes png = MadePng(1'000'000, 1'000'000, 8, 2).rows(Bytes(1000, 0)).end();
  CHECK(refusal(jpeg) ==
        "JPEG: the header says 65500 x 65500 pixels, more than the limit of 100000000 "
        "(--max-pixels)");
  CHECK(refusal(png) ==
        "PNG: the header says 1000000 x 1000000 pixels, more than the limit of 100000000 "
        "(--max-pixels)");
  CHECK_THROWS_AS(static_cast<void>(probe(jpeg)), Error);
  CHECK_THROWS_AS(static_cast<void>(probe(png)), Error);
  const auto grown = peak_growth([&] {
    for (const Bytes& bomb : {jpeg, png}) {
      if (refusal(bomb, {.accept_truncated = true}) == "(decoded)") throw 1;
    }
  });
  CHECK(grown < small_change);
}

TEST_CASE("I12: a small file of 99 megapixels takes memory only for pixels that are there") {
  for (const Bytes& bomb : {jpeg_that_claims(9900, 10000),
                            MadePng(9900, 10000, 8, 2).rows(Bytes(29701 * 3, 0)).end()}) {
    CHECK(refusal(bomb) != "(decoded)");
    CHECK(peak_growth([&] { (void)refusal(bomb); }) < small_change);
  }
}

TEST_CASE("I12: limits are those that were asked for, to the pixel") {
  const Bytes jpeg = made_jpeg(Bytes(23 * 19, 0), 23, 19, JCS_GRAYSCALE);
  const Bytes png = small_png().rows(small_rows).end();
  CHECK(refusal(jpeg, {.max_pixels = 437}) == "(decoded)");
  CHECK(refusal(jpeg, {.max_pixels = 436}) ==
        "JPEG: the header says 23 x 19 pixels, more than the limit of 436 (--max-pixels)");
  CHECK(refusal(png, {.max_pixels = 4}) == "(decoded)");
  CHECK(refusal(png, {.max_pixels = 3}) ==
        "PNG: the header says 2 x 2 pixels, more than the limit of 3 (--max-pixels)");
}

TEST_CASE("G20: memory is known before it is taken: several scans hold their coefficients") {
  // 64 x 64 gray pixels: 12288 bytes of RGB and, in several scans, 8 x 8 blocks of 128 bytes.
  const Bytes baseline = made_jpeg(Bytes(64 * 64, 9), 64, 64, JCS_GRAYSCALE);
  const Bytes scans = many_scans(64, 64, 3);
  CHECK(refusal(baseline, {.max_bytes = 12288}) == "(decoded)");
  CHECK(refusal(baseline, {.max_bytes = 12287}) ==
        "JPEG: 64 x 64 pixels need 12288 bytes, more than the limit of 12287 "
        "(--max-decode-memory)");
  CHECK(refusal(scans, {.max_bytes = 12288 + 8192}) == "(decoded)");
  CHECK(refusal(scans, {.max_bytes = 12288 + 8191}) ==
        "JPEG: 64 x 64 pixels in several scans need 20480 bytes, more than the limit of 20479 "
        "(--max-decode-memory)");
  CHECK(refusal(small_png().rows(small_rows).end(), {.max_bytes = 59}) ==
        "PNG: 2 x 2 pixels need 60 bytes, more than the limit of 59 (--max-decode-memory)");
}

TEST_CASE("G20: the greatest images that the limits allow stay within the memory limit") {
  const DecodeLimits limits{.max_bytes = 160 * mebibyte};
  const Bytes scans = many_scans(5600, 5600, 4);  // 150 MiB by the formula
  const Bytes png = MadePng(7000, 7000, 1, 0).rows(Bytes(7000 * 876, 0)).end();  // 140 MiB
  for (const Bytes& image : {scans, png}) {
    const auto grown = peak_growth([&] {
      if (refusal(image, limits) != "(decoded)") throw 1;
    });
    CHECK(grown > 100 * mebibyte);  // or nothing was measured
    CHECK(grown < limits.max_bytes + small_change);
  }
}

TEST_CASE("I17: huge blocks of other data are not read") {
  const Bytes zeros = deflated(Bytes(100 * mebibyte, 0));  // 100 kB that would become 100 MB
  const auto text = Bytes{'a', 0, 0} + zeros;
  const Bytes png = small_png()
                        .chunk("iCCP", text)
                        .chunk("zTXt", text)
                        .chunk("iTXt", Bytes{'a', 0, 1, 0, 0, 0} + zeros)
                        .rows(small_rows)
                        .end();
  CHECK(decode(png).rgb == small_pixels);
  CHECK(peak_growth([&] { (void)decode(png); }) < small_change);
  CHECK(refusal(small_png().chunk("tEXt", Bytes(9'000'000, 'a')).rows(small_rows).end()) ==
        "PNG: tEXt: chunk data is too large");

  Bytes segments;
  const Bytes block = jpeg_segment(0xE1, Bytes(65000, 7)) + jpeg_segment(0xE2, Bytes(65000, 7)) +
                      jpeg_segment(0xFE, Bytes(65000, 7));
  for (int i = 0; i < 600; ++i) segments = std::move(segments) + block;  // 117 MB
  const Bytes plain = made_jpeg(Bytes(16 * 16, 100), 16, 16, JCS_GRAYSCALE);
  const Bytes jpeg = with_segments(plain, segments);
  CHECK(decode(jpeg).rgb == decode(plain).rgb);
  CHECK(peak_growth([&] { (void)decode(jpeg); }) < small_change);
}

TEST_CASE("I20: decoding that takes too long is a failure, and the thread lives on") {
  const Bytes scans = many_scans(4096, 4096, 250);  // a quarter of a million blocks, 250 times
  const Bytes png = MadePng(8000, 8000, 1, 0).rows(Bytes(8000 * 1001, 0)).end();
  const Bytes good = small_png().rows(small_rows).end();
  CHECK(refusal(scans, {.max_seconds = 0.02}) ==
        "JPEG: decoding takes longer than the limit of 0.02 s (--max-decode-seconds)");
  CHECK(refusal(good) == "(decoded)");
  CHECK(refusal(png, {.max_seconds = 0.001}) ==
        "PNG: decoding takes longer than the limit of 0.001 s (--max-decode-seconds)");
  CHECK(refusal(good) == "(decoded)");
  CHECK(refusal(png) == "(decoded)");
  // Nothing but markers: no row is ever reached.
  Bytes comments;
  for (int i = 0; i < 10'000'000; ++i) comments.insert(comments.end(), {0xFF, 0xFE, 0, 2});
  CHECK(refusal(Bytes{0xFF, 0xD8} + comments, {.max_seconds = 0.02}) ==
        "JPEG: decoding takes longer than the limit of 0.02 s (--max-decode-seconds)");
}

}  // namespace roiflow::test
