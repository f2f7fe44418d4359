// Polygons to masks. Input: [1 byte: height] [1 byte: width] [1 byte: numbers of the first ring]
// coordinates, each two bytes (a quarter of a pixel) or, if bit 7 of the third byte is set, a
// double.
#include "stages/masks/polygon.hpp"

#include <vector>

#include "stages/masks/rle.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace roiflow;

namespace {

void check_mask(const Rle& rle, int height, int width) {
  check(rle);
  fuzz::must(rle.height == height && rle.width == width, "the mask is as large as the image");
  fuzz::must(area(rle) <= static_cast<std::uint64_t>(height) * static_cast<std::uint64_t>(width),
             "the area lies within the image");
  fuzz::must(from_text(to_text(rle), height, width) == rle, "the mask can be written");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input({data, size});
  const int height = input.number<std::uint8_t>();
  const int width = input.number<std::uint8_t>();
  const auto kind = input.number<std::uint8_t>();
  std::vector<double> coordinates;
  while (!input.empty()) {
    coordinates.push_back((kind & 0x80U) != 0 ? input.number<double>()
                                              : input.number<std::int16_t>() / 4.0);
  }
  const std::string source;  // whoever read the polygon names it
  Rle whole;
  if (fuzz::accepts(source, [&] { whole = rasterise(coordinates, height, width); })) {
    check_mask(whole, height, width);
  }
  const auto first =
      static_cast<std::uint32_t>(std::min<std::size_t>(kind & 0x7FU, coordinates.size()));
  const std::uint32_t sizes[] = {first, static_cast<std::uint32_t>(coordinates.size()) - first};
  Rle rings;
  if (fuzz::accepts(source, [&] { rings = rasterise(coordinates, sizes, height, width); })) {
    check_mask(rings, height, width);
    const std::span all(coordinates);
    const Rle a = rasterise(all.first(first), height, width);
    const Rle b = rasterise(all.subspan(first), height, width);
    fuzz::must(decode(unite(a, b)) == decode(rings), "two rings are the union of their masks");
    fuzz::must(area(rings) >= std::max(area(a), area(b)), "a union is no smaller than its parts");
  }
  if (coordinates.size() >= 4) {
    fuzz::accepts(source, [&] {
      check_mask(rasterise_box({coordinates[0], coordinates[1], coordinates[2], coordinates[3]},
                               height, width),
                 height, width);
    });
  }
  return 0;
}
