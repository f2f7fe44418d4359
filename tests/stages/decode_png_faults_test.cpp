// The catalogue's faults of PNG files, by number, on inputs made here.
#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "stages/decode/decode_annotated.hpp"
#include "stages/decode/encode.hpp"
#include "tests/support/decode_verdict.hpp"
#include "tests/support/made_png.hpp"

namespace roiflow::test {
namespace {

using Bytes = std::vector<std::uint8_t>;

Image noise(int width, int height) {
  Image image{height, width, {}};
  std::uint32_t state = 1;
  for (int i = 0; i < width * height * 3; ++i) {
    state = state * 1664525 + 1013904223;
    image.rgb.push_back(static_cast<std::uint8_t>(state >> 24U));
  }
  return image;
}

}  // namespace

TEST_CASE("I2: a truncated PNG is refused, or decoded as far as it goes and marked") {
  const Image image = noise(50, 40);
  const Bytes whole = encode_png(image);
  const Bytes half(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(whole.size() / 2));
  const char* const reason = "PNG: the file ends in the middle of the image";
  CHECK(refusal(half) == reason);
  const Decoded decoded = decode_noted(half, accepting);
  CHECK(decoded.notes.truncated);
  CHECK(decoded.notes.texts == std::vector<std::string>{reason});
  REQUIRE(decoded.image.rgb.size() == image.rgb.size());
  // Noise does not compress: a row is 151 bytes, so at least 13 of the 40 rows are in the half.
  constexpr std::size_t row = 50 * 3;
  CHECK(std::equal(image.rgb.begin(), image.rgb.begin() + 13 * row, decoded.image.rgb.begin()));
  CHECK(std::all_of(decoded.image.rgb.end() - 10 * row, decoded.image.rgb.end(),
                    [](std::uint8_t byte) { return byte == 0; }));
  const Bytes without_end(whole.begin(), whole.end() - 1);
  CHECK(refusal(without_end) == reason);
  CHECK(decode_noted(without_end, accepting).image.rgb == image.rgb);
  CHECK(decode_noted(without_end, accepting).notes.truncated);
  CHECK_FALSE(decode_noted(whole, accepting).notes.truncated);
  const Bytes header_only(whole.begin(), whole.begin() + 50);
  CHECK(refusal(header_only, accepting) == reason);
}

TEST_CASE("I2: a label map that ends early is never taken: its classes would be guessed") {
  Bytes map = encode_png(LabelMap{16, 16, Bytes(256, 3)});
  map.resize(map.size() - 8);
  CHECK_THROWS_AS(static_cast<void>(decode_label_map(map, accepting)), Error);
}

TEST_CASE("I8: 16 bits become 8 by their high byte, gray and colour") {
  Bytes rows, expected;
  for (int value = 0; value < 65536; ++value) {
    if (value % 256 == 0) rows.push_back(0);
    rows.push_back(static_cast<std::uint8_t>(value >> 8));
    rows.push_back(static_cast<std::uint8_t>(value & 255));
    expected.insert(expected.end(), 3, static_cast<std::uint8_t>(value >> 8));
  }
  CHECK(decode(MadePng(256, 256, 16, 0).rows(rows).end()).rgb == expected);
  const Bytes colours{0, 0x12, 0xFF, 0x80, 0x00, 0xFF, 0x01};
  CHECK(decode(MadePng(1, 1, 16, 2).rows(colours).end()).rgb == Bytes{0x12, 0x80, 0xFF});
}

TEST_CASE("I9: palette, transparency, alpha, interlace and gamma: colours are as stored") {
  const Bytes palette{9, 8, 7, 200, 100, 50};
  CHECK(decode(MadePng(2, 1, 1, 3)
                   .chunk("gAMA", {0, 0, 0x27, 0x10})
                   .chunk("PLTE", palette)
                   .chunk("tRNS", {0, 128})
                   .rows({0, 0x40})
                   .end())
            .rgb == palette);
  CHECK(decode(MadePng(1, 1, 8, 6).rows({0, 10, 20, 30, 0}).end()).rgb == Bytes{10, 20, 30});
  CHECK(decode(MadePng(1, 1, 8, 4).rows({0, 77, 0}).end()).rgb == Bytes{77, 77, 77});
  // Adam7 of 2 x 2: the first pass has one pixel, the sixth one, the seventh a row of two.
  CHECK(decode(MadePng(2, 2, 8, 2, 1)
                   .rows({0, 255, 0, 0, 0, 0, 255, 0, 0, 0, 0, 255, 255, 255, 255})
                   .end())
            .rgb == small_pixels);
  // Transparency that means nothing changes nothing: Pillow writes 255 for one bit.
  CHECK(decode(MadePng(2, 1, 1, 0).chunk("tRNS", {0, 255}).rows({0, 0x40}).end()).rgb ==
        Bytes{0, 0, 0, 255, 255, 255});
}

TEST_CASE("I11: EXIF in a PNG, good and wild") {
  const Bytes good{'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 8, 0, 0};
  const Bytes png = small_png().chunk("eXIf", good).rows(small_rows).end();
  CHECK(probe(png).orientation == 8);
  CHECK(notes_of(png).empty());
  Bytes wild = good;
  wild[4] = wild[5] = 0xFF;
  const Bytes strange = small_png().chunk("eXIf", wild).rows(small_rows).end();
  CHECK(probe(strange).orientation == 1);
  CHECK(decode(strange).rgb == small_pixels);
  CHECK(notes_of(strange) == "the EXIF data is damaged and ignored\n");
}

TEST_CASE("I13: sizes that are none, or the greatest there are") {
  CHECK(refusal(MadePng(0, 2, 8, 2).rows(small_rows).end()) == "PNG: Image width is zero in IHDR");
  CHECK(refusal(MadePng(2, 0, 8, 2).rows(small_rows).end()) == "PNG: Image height is zero in IHDR");
  CHECK(refusal(MadePng(65535, 65535, 8, 2).rows(small_rows).end()) ==
        "PNG: the header says 65535 x 65535 pixels, more than the limit of 100000000 "
        "(--max-pixels)");
  CHECK(refusal(MadePng(0xFFFFFFFF, 1, 8, 2).rows(small_rows).end()) ==
        "PNG: PNG unsigned integer out of range");
}

TEST_CASE("I14: the first bytes say what a file is, not its name") {
  const Bytes png = small_png().rows(small_rows).end();
  CHECK(probe(png).format == ImageFormat::png);
  CHECK(contradiction("street.jpg", ImageFormat::png) == "PNG");
  CHECK(contradiction("a/B.JPEG", ImageFormat::png) == "PNG");
  CHECK(contradiction("a.png", ImageFormat::jpeg) == "JPEG");
  for (const char* name : {"a.png", "a", "", "jpg", "a.jpg.png", "a.tif"}) {
    CHECK(contradiction(name, ImageFormat::png).empty());
  }
  CHECK(contradiction("a.jpg", ImageFormat::jpeg).empty());
}

TEST_CASE("I15: other formats are named") {
  using namespace std::string_literals;
  struct Case {
    const char* name;
    std::string bytes;
  };
  for (const Case& c :
       {Case{"GIF", "GIF87a........"s}, Case{"GIF", "GIF89a........"s}, Case{"BMP", "BM......"s},
        Case{"WebP", "RIFF\x10\0\0\0WEBPVP8 "s}, Case{"TIFF", "II*\0........"s},
        Case{"TIFF", "MM\0*........"s}, Case{"JPEG 2000", "\0\0\0\x0cjP  \r\n\x87\n"s},
        Case{"JPEG 2000", "\xff\x4f\xff\x51...."s}, Case{"HEIF or AVIF", "....ftypheic"s}}) {
    CHECK(refusal(Bytes(c.bytes.begin(), c.bytes.end())) ==
          "expected a JPEG or PNG image, found "s + c.name + ", which is not supported");
  }
}

TEST_CASE("I16: wrong sums and lengths are refused, whatever is accepted") {
  const Bytes packed = deflated(small_rows);
  const auto size = static_cast<std::int64_t>(packed.size());
  CHECK(refusal(small_png().chunk("IDAT", packed, size, 1).end()) == "PNG: IDAT: CRC error");
  Bytes wrong_sum = packed;
  wrong_sum.back() ^= 1U;
  CHECK(refusal(small_png().chunk("IDAT", wrong_sum).end()) == "PNG: IDAT: incorrect data check");
  CHECK(refusal(small_png().chunk("IDAT", packed, size + 1, 0).end()) != "(decoded)");
  CHECK(refusal(small_png().chunk("IDAT", packed, size - 3, 0).end()) != "(decoded)");
  CHECK(refusal(small_png().chunk("IDAT", packed, 0x7FFFFFFF, 0).end()) != "(decoded)");
  CHECK(refusal(small_png().chunk("IDAT", packed, 0xFFFFFFFF, 0).end()) != "(decoded)");
  CHECK(refusal(small_png().rows({0, 255, 0, 0, 0, 255, 0}).end()) == "PNG: Not enough image data");
  CHECK(refusal(small_png().end()) != "(decoded)");
  CHECK(refusal(small_png().chunk("IDAT", packed, size, 1).end(), accepting) != "(decoded)");
}

TEST_CASE("I19: an animation's still image, and what follows the end of a PNG") {
  const Bytes plain = small_png().rows(small_rows).end();
  const Bytes animated = small_png()
                             .chunk("acTL", {0, 0, 0, 2, 0, 0, 0, 0})
                             .rows(small_rows)
                             .chunk("fdAT", {0, 0, 0, 1, 1, 2, 3})
                             .end();
  CHECK(decode(animated).rgb == small_pixels);
  CHECK(notes_of(animated) == "PNG: an animation, of which the still image is taken\n");
  Bytes followed = plain;
  followed.insert(followed.end(), 1000, 'x');
  CHECK(decode(followed).rgb == small_pixels);
  CHECK(notes_of(followed) == "1000 bytes behind the end of the image are ignored\n");
  CHECK(notes_of(plain).empty());
}

TEST_CASE("I21: a warning of libpng is damage, unless damage is accepted, and then it is noted") {
  const Bytes png = small_png().chunk("tEXt", {'a', 0, 'b'}, 3, 1).rows(small_rows).end();
  CHECK(refusal(png) == "PNG: tEXt: CRC error");
  const Decoded decoded = decode_noted(png, accepting);
  CHECK(decoded.image.rgb == small_pixels);
  CHECK(decoded.notes.truncated);
  CHECK(decoded.notes.texts == std::vector<std::string>{"PNG: tEXt: CRC error"});
}

}  // namespace roiflow::test
