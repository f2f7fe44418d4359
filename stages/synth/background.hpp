/// Backgrounds of the synthetic images. Private to this room.
#pragma once

#include "stages/core/image.hpp"
#include "stages/core/random.hpp"

namespace roiflow {

/// A dull picture: two grayish colours along a gradient, value noise in three octaves, pixel noise.
[[nodiscard]] Image make_background(int height, int width, Random& random);

}  // namespace roiflow
