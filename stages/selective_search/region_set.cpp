#include "stages/selective_search/region_set.hpp"

#include <algorithm>

namespace roiflow {
namespace {

/// The labels row by row with coordinates: visit(x, y, label).
template <class Visit>
void for_each_pixel(const Segmentation& segmentation, const Visit& visit) {
  const std::int32_t* label = segmentation.labels.data();
  for (int y = 0; y < segmentation.height; ++y)
    for (int x = 0; x < segmentation.width; ++x) visit(x, y, *label++);
}

std::vector<std::pair<int, int>> find_neighbours(const Segmentation& segmentation) {
  std::vector<std::pair<int, int>> pairs;
  const std::ptrdiff_t width = segmentation.width;
  const std::int32_t* labels = segmentation.labels.data();
  for_each_pixel(segmentation, [&](int x, int y, std::int32_t label) {
    const std::int32_t* at = labels + y * width + x;
    const auto add = [&](std::int32_t other) {
      if (other == label) return;
      const std::pair<int, int> pair = std::minmax(label, other);
      if (pairs.empty() || pairs.back() != pair) pairs.push_back(pair);
    };
    if (x > 0) add(at[-1]);
    if (y > 0) add(at[-width]);
    if (x > 0 && y > 0) add(at[-width - 1]);
    if (x + 1 < width && y > 0) add(at[-width + 1]);
  });
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  return pairs;
}

}  // namespace

PixelBox united(const PixelBox& a, const PixelBox& b) {
  return {std::min(a.x0, b.x0), std::min(a.y0, b.y0), std::max(a.x1, b.x1), std::max(a.y1, b.y1)};
}

RegionHistograms count_bins(const Segmentation& segmentation, const RegionBins& bins) {
  constexpr std::size_t lanes = 8;
  const auto planes = static_cast<std::size_t>(bins.planes);
  const auto bin_count = static_cast<std::size_t>(bins.bins);
  RegionHistograms out{bins.planes, (planes * bin_count + lanes - 1) / lanes * lanes, {}};
  out.counts.resize(static_cast<std::size_t>(segmentation.segments) * out.stride);
  const std::uint8_t* bin = bins.bins_of_pixels.data();
  // Plane by plane within a pixel: neighbours in a segment often share a bin, and counting the same
  // one twice in a row would wait for memory.
  for (const std::int32_t label : segmentation.labels) {
    std::int32_t* counts = out.counts.data() + static_cast<std::size_t>(label) * out.stride;
    for (std::size_t plane = 0; plane < planes; ++plane, counts += bin_count) ++counts[*bin++];
  }
  return out;
}

RegionSet make_region_set(const Segmentation& segmentation, const RegionBins& colour,
                          const RegionBins& texture) {
  const auto count = static_cast<std::size_t>(segmentation.segments);
  RegionSet regions;
  regions.image_pixels = segmentation.height * segmentation.width;
  regions.sizes.resize(count);
  regions.boxes.assign(count, {segmentation.width, segmentation.height, 0, 0});
  for_each_pixel(segmentation, [&](int x, int y, std::int32_t label) {
    const auto region = static_cast<std::size_t>(label);
    ++regions.sizes[region];
    regions.boxes[region] = united(regions.boxes[region], {x, y, x + 1, y + 1});
  });
  regions.colour = count_bins(segmentation, colour);
  regions.texture = count_bins(segmentation, texture);
  regions.neighbours = find_neighbours(segmentation);
  return regions;
}

}  // namespace roiflow
