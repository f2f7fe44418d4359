/// The initial regions of a hierarchical grouping: size, bounding box, histograms, neighbours.
///
/// Histograms are kept as counts, so the histogram of a union is the sum of two rows exactly; the
/// size-weighted mean of normalised histograms, as the paper writes it, is the same number.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "stages/selective_search/graph_segmentation.hpp"
#include "stages/selective_search/region_bins.hpp"

namespace roiflow {

/// Pixels of the working image; the ends are exclusive.
struct PixelBox {
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  bool operator==(const PixelBox&) const = default;
};

[[nodiscard]] PixelBox united(const PixelBox& a, const PixelBox& b);

/// Rows of counts, one a region.
struct RegionHistograms {
  int planes = 0;
  std::size_t stride = 0;            ///< planes * bins, and zeros up to a multiple of 8
  std::vector<std::int32_t> counts;  ///< [regions, stride]

  [[nodiscard]] std::span<std::int32_t> row(std::size_t region) {
    return {counts.data() + region * stride, stride};
  }
  [[nodiscard]] std::span<const std::int32_t> row(std::size_t region) const {
    return {counts.data() + region * stride, stride};
  }
};

[[nodiscard]] RegionHistograms count_bins(const Segmentation& segmentation, const RegionBins& bins);

struct RegionSet {
  int image_pixels = 0;
  std::vector<std::int32_t> sizes;  ///< pixels
  std::vector<PixelBox> boxes;
  RegionHistograms colour, texture;
  std::vector<std::pair<int, int>> neighbours;  ///< each pair once, first < second, sorted
};

/// Regions are neighbours if a pixel of one is among the eight neighbours of a pixel of the other.
[[nodiscard]] RegionSet make_region_set(const Segmentation& segmentation, const RegionBins& colour,
                                        const RegionBins& texture);

}  // namespace roiflow
