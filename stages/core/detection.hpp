/// What a detector says about one image.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "stages/core/box.hpp"

namespace roiflow {

/// Column-major run lengths of a binary mask, starting with background (the first run may be 0),
/// as in the COCO API. The runs of a valid Rle sum to height * width.
/// Example: 2 x 2 pixels, only the lower left set: runs {1, 1, 2}.
struct Rle {
  int height = 0;
  int width = 0;
  std::vector<std::uint32_t> runs;
  bool operator==(const Rle&) const = default;
};

struct Detection {
  Box box;                       ///< pixels of the original image
  float score = 0;               ///< 0 .. 1
  std::int64_t category_id = 0;  ///< id in the data set's category table
  std::optional<Rle> mask;       ///< size of the original image
};

}  // namespace roiflow
