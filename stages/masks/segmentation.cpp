#include <cstddef>
#include <variant>

#include "stages/core/error.hpp"
#include "stages/masks/polygon.hpp"
#include "stages/masks/rle.hpp"

namespace roiflow {
namespace {

Rle united_rings(const Polygons& polygons, int height, int width) {
  require(!polygons.rings.empty(), ErrorCode::bad_data,
          "segmentation: a list of polygons must hold at least one ring, found none");
  Rle mask = rasterise(polygons.rings[0], height, width);
  for (std::size_t i = 1; i < polygons.rings.size(); ++i) {
    mask = unite(mask, rasterise(polygons.rings[i], height, width));
  }
  return mask;
}

}  // namespace

Rle to_rle(const Segmentation& segmentation, int height, int width) {
  if (const auto* polygons = std::get_if<Polygons>(&segmentation)) {
    return united_rings(*polygons, height, width);
  }
  if (const auto* rle = std::get_if<Rle>(&segmentation)) {
    check(*rle);
    return *rle;
  }
  if (const auto* text = std::get_if<RleText>(&segmentation)) {
    return from_text(text->counts, text->height, text->width);
  }
  fail(ErrorCode::bad_data, "segmentation: a mask is needed, found none");
}

}  // namespace roiflow
