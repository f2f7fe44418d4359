/// Bilinear stretching along one axis: which two cells a pixel mixes, and how.
///
/// `cells` cells are stretched over `size` pixels that begin at pixel `begin`; only the pixels
/// inside [0, extent) are described. Cell and pixel centres lie at integer + 0.5, the outermost
/// cells extend outwards. Reference: torch.nn.functional.interpolate, bilinear,
/// align_corners=False, float32.
/// Example: 2 cells over 4 pixels: cell coordinates 0 0.25 0.75 1 (from -0.25 0.25 0.75 1.25).
#pragma once

#include <cstdint>
#include <vector>

#include "stages/paste_masks/paste_axis.hpp"

namespace roiflow {

struct ResampledAxis {
  std::int64_t first = 0;      ///< the pixel of taps[0]
  std::vector<PixelTap> taps;  ///< of the visible pixels first, first + 1, ...
};

/// The taps of all pixels that the axis reaches.
ResampledAxis resample_axis(const PasteAxis& axis);

ResampledAxis resample_axis(int cells, const PixelRange& range, int extent);

/// `cells` cells, the outermost of them a border, such that the others lie between `low` and `high`
/// exactly; only pixels whose centre is between the centres of the border cells are described.
/// Reference: torch.nn.functional.grid_sample, bilinear, align_corners=False, zeros outside.
/// Example: 3 cells (one inside) from 0 to 4: the centre of pixel 0 lies at cell 0.625.
ResampledAxis sample_axis_between(int cells, float low, float high, int extent);

}  // namespace roiflow
