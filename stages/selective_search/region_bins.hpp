/// Which histogram bin each pixel falls into: colour and texture of Selective Search.
///
///   colour    25 bins over 0 .. 256 per channel
///   texture   per channel eight orientations, 45 degrees apart, of Gaussian derivatives with
///             sigma 1, each half-wave rectified; 10 bins from 0 to the largest derivative of that
///             channel in this image
///
/// The paper (Uijlings et al., "Selective Search for Object Recognition", IJCV 104 (2), 2013,
/// section 3.2) gives the number of bins and orientations, not the range. The first derivative is
/// steerable, so the eight are exact combinations of those along x and y. (OpenCV turns the image
/// by 45 degrees, takes Scharr's filter and scales each orientation by itself.)
///
/// Example: of a vertical edge from dark to bright, orientation 0 (towards +x) has the highest bin,
/// 1 and 7 have bin 7 of 0 .. 9, the others have bin 0.
#pragma once

#include <cstdint>
#include <vector>

#include "stages/selective_search/gaussian.hpp"

namespace roiflow {

struct RegionBins {
  int planes = 0;                            ///< histograms per region: channels, or channels x 8
  int bins = 0;                              ///< of each of them
  std::vector<std::uint8_t> bins_of_pixels;  ///< [height * width, planes]
};

[[nodiscard]] RegionBins colour_bins(PlanesView planes);
[[nodiscard]] RegionBins texture_bins(PlanesView planes);

}  // namespace roiflow
