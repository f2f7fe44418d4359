// JPEG and PNG images as they come, and PNG with its check sums made right, which would otherwise
// keep every change away from the code behind them.
#include <vector>

#include "stages/decode/decode.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/png_sums.hpp"

using namespace roiflow;

namespace {

void check_image(std::span<const std::uint8_t> bytes, const DecodeLimits& limits) {
  ImageInfo info;
  const bool known = fuzz::accepts({}, [&] { info = probe(bytes); });
  if (known) {
    fuzz::must(info.width > 0 && info.height > 0, "an image has a size");
    fuzz::must(info.orientation >= 1 && info.orientation <= 8, "an orientation is 1 to 8");
  }
  fuzz::accepts({}, [&] {
    Image image = decode(bytes, limits);
    fuzz::must(known, "what can be decoded can be probed");
    fuzz::must(image.width == info.width && image.height == info.height, "both say one size");
    const auto pixels =
        static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height);
    fuzz::must(pixels <= static_cast<std::size_t>(limits.max_pixels), "the limit holds");
    fuzz::must(image.rgb.size() == 3 * pixels, "three bytes a pixel");
    const Image upright = orient(std::move(image), info.orientation);
    fuzz::must(upright.rgb.size() == 3 * pixels, "turning loses nothing");
  });
  fuzz::accepts({}, [&] {
    const LabelMap map = decode_label_map(bytes, limits);
    fuzz::must(map.labels.size() ==
                   static_cast<std::size_t>(map.width) * static_cast<std::size_t>(map.height),
               "a label a pixel");
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::uint8_t> repaired(data, data + size);
  const bool is_png = fuzz::make_png_sums_right(repaired);
  for (const bool accept_truncated : {false, true}) {
    const DecodeLimits limits{
        .max_pixels = 1 << 20, .max_scans = 16, .accept_truncated = accept_truncated};
    check_image({data, size}, limits);
    if (is_png) check_image(repaired, limits);
  }
  return 0;
}
