// The compressed text of masks. Input: [2 bytes: height] [2 bytes: width] text.
#include <cmath>

#include "stages/masks/rle.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace roiflow;

namespace {

constexpr std::uint64_t small_mask = 1 << 16;  // pixels worth unpacking for every input

void check_mask(const Rle& rle) {
  const std::uint64_t pixels =
      static_cast<std::uint64_t>(rle.height) * static_cast<std::uint64_t>(rle.width);
  fuzz::must(area(rle) <= pixels, "the area lies within the image");
  for (const double side : bounding_box(rle)) fuzz::must(std::isfinite(side), "a box is finite");
  if (pixels == 0 || pixels > small_mask) return;
  const auto mask = decode(rle);
  std::uint64_t set = 0;
  for (const std::uint8_t pixel : mask) set += pixel;
  fuzz::must(set == area(rle), "as many pixels are set as the runs say");
  const Rle again = encode(mask.data(), rle.height, rle.width);
  fuzz::must(decode(again) == mask, "pixels to runs to pixels changes nothing");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input({data, size});
  const int height = input.number<std::uint16_t>();
  const int width = input.number<std::uint16_t>();
  const std::string_view text = fuzz::as_text(input.rest());
  Rle rle;
  if (fuzz::accepts("run-length", [&] { rle = from_text(text, height, width); })) {
    const std::string canonical = to_text(rle);
    fuzz::must(canonical.size() <= text.size(), "our text is the shortest", canonical);
    fuzz::must(from_text(canonical, height, width) == rle, "runs to text to runs changes nothing");
    check_mask(rle);
  }
  // The same bytes as plain run lengths.
  Rle plain{height, width, {}};
  for (fuzz::Input runs(input.rest()); !runs.empty();) {
    plain.runs.push_back(runs.number<std::uint16_t>());
  }
  if (fuzz::accepts("run-length", [&] { check(plain); })) {
    fuzz::must(from_text(to_text(plain), height, width) == plain, "runs to text to runs");
    check_mask(plain);
  }
  return 0;
}
