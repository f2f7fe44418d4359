#include "stages/selective_search/selective_search.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "stages/core/error.hpp"
#include "stages/core/random.hpp"
#include "stages/selective_search/colour_spaces.hpp"
#include "stages/selective_search/graph_segmentation.hpp"
#include "stages/selective_search/grouping.hpp"
#include "stages/selective_search/region_bins.hpp"
#include "stages/selective_search/resample.hpp"

namespace roiflow {
namespace {

struct Strategies {
  std::vector<ColourSpace> colour_spaces;
  std::vector<float> thresholds;
  std::vector<Measures> measures;
};

Strategies strategies_of(const SelectiveSearchParams& params) {
  using enum ColourSpace;
  const Measures all{.colour = true, .texture = true, .size = true, .fill = true};
  const Measures no_colour{.texture = true, .size = true, .fill = true};
  Strategies out;
  switch (params.mode) {
    case SelectiveSearchMode::single:
      out = {{hsv}, {100}, {all}};
      break;
    case SelectiveSearchMode::fast:
      out = {{hsv, lab}, {50, 100}, {all, no_colour}};
      break;
    case SelectiveSearchMode::quality:
      out = {{hsv, lab, rgi, hue, intensity},
             {50, 100, 150, 300},
             {all, no_colour, {.fill = true}, {.size = true}}};
      break;
  }
  if (!params.thresholds.empty()) out.thresholds = params.thresholds;
  return out;
}

struct RankedBox {
  double rank = 0;  ///< small is good
  PixelBox box;
};

/// The boxes of one hierarchy. Place 1 is the last merge, the whole image; the initial regions come
/// after the first merge, the last of them first.
void append_ranked(const RegionSet& regions, const std::vector<Merge>& merges, Random random,
                   std::vector<RankedBox>& out) {
  std::size_t place = regions.boxes.size() + merges.size();
  for (const PixelBox& box : regions.boxes)
    out.push_back({random.unit() * static_cast<double>(place--), box});
  for (const Merge& merge : merges)
    out.push_back({random.unit() * static_cast<double>(place--), merge.box});
}

std::vector<RankedBox> all_boxes(const Image& image, const SelectiveSearchParams& params) {
  const Strategies strategies = strategies_of(params);
  std::vector<RankedBox> boxes;
  std::uint64_t strategy = 0;
  for (const ColourSpace space : strategies.colour_spaces) {
    const Planes planes = to_colour_space(image, space);
    const PixelGraph graph(gaussian_smooth(planes.view(), params.sigma).view());
    const RegionBins colour = colour_bins(planes.view()), texture = texture_bins(planes.view());
    for (const float k : strategies.thresholds) {
      const int min_segment =
          params.min_segment > 0 ? params.min_segment : static_cast<int>(std::lround(k));
      const RegionSet regions = make_region_set(graph.segment(k, min_segment), colour, texture);
      for (const Measures& measures : strategies.measures)
        append_ranked(regions, group(regions, measures), Random(params.seed, strategy++), boxes);
    }
  }
  return boxes;
}

/// Best first, each box once, in pixels of the original image.
std::vector<Box> choose(std::vector<RankedBox> ranked, const SelectiveSearchParams& params,
                        const ImageGeometry& geometry) {
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const RankedBox& a, const RankedBox& b) { return a.rank < b.rank; });
  const double scale_x = double{1} * geometry.original_width / geometry.resized_width;
  const double scale_y = double{1} * geometry.original_height / geometry.resized_height;
  std::vector<Box> out;
  std::set<std::array<int, 4>> seen;
  for (const auto& [rank, box] : ranked) {
    if (static_cast<float>(std::min(box.x1 - box.x0, box.y1 - box.y0)) < params.min_side) continue;
    if (!seen.insert({box.x0, box.y0, box.x1, box.y1}).second) continue;
    out.push_back({static_cast<float>(box.x0 * scale_x), static_cast<float>(box.y0 * scale_y),
                   static_cast<float>(box.x1 * scale_x), static_cast<float>(box.y1 * scale_y)});
    if (static_cast<int>(out.size()) == params.max_proposals) break;
  }
  return out;
}

ImageGeometry working_size(const Image& image, const SelectiveSearchParams& params) {
  double width = params.working_width, height = params.working_height;
  if (width == 0 && height == 0) width = image.width, height = image.height;
  if (width == 0) width = std::max(1.0, std::round(image.width * height / image.height));
  if (height == 0) height = std::max(1.0, std::round(image.height * width / image.width));
  require(
      width * height <= static_cast<double>(most_graph_pixels), ErrorCode::bad_data,
      "selective search: an image of {} x {} would be worked on at {} x {}, more than {} pixels; "
      "a smaller working width or height changes that",
      image.width, image.height, width, height, most_graph_pixels);
  const int rows = static_cast<int>(height), columns = static_cast<int>(width);
  return {image.height, image.width, rows, columns, rows, columns};
}

void check(const Image& image, const SelectiveSearchParams& params) {
  require(image.width > 0 && image.height > 0 &&
              std::int64_t{3} * image.width * image.height ==
                  static_cast<std::int64_t>(image.rgb.size()),
          ErrorCode::bad_data,
          "selective search: an image of {} x {} pixels with {} bytes was given; expected at least "
          "one pixel and three bytes for each",
          image.width, image.height, image.rgb.size());
  const bool good_thresholds = std::all_of(params.thresholds.begin(), params.thresholds.end(),
                                           [](float k) { return std::isfinite(k) && k >= 0; });
  require(good_thresholds && params.sigma >= 0 && params.sigma <= 100 && params.min_segment >= 0 &&
              params.working_width >= 0 && params.working_height >= 0 &&
              params.max_proposals >= 0 && !std::isnan(params.min_side),
          ErrorCode::usage,
          "selective search: a parameter is negative, not a number, or a sigma above 100 pixels "
          "(sigma {}, min segment {}, working size {} x {}, at most {} proposals, min side {})",
          params.sigma, params.min_segment, params.working_width, params.working_height,
          params.max_proposals, params.min_side);
}

}  // namespace

SelectiveSearchMode selective_search_mode(std::string_view name) {
  if (name == "single") return SelectiveSearchMode::single;
  if (name == "fast") return SelectiveSearchMode::fast;
  if (name == "quality") return SelectiveSearchMode::quality;
  fail(ErrorCode::usage, "selective search: no mode '{}'; known are single, fast, quality", name);
}

std::vector<Box> selective_search(const Image& image, const SelectiveSearchParams& params) {
  check(image, params);
  const ImageGeometry geometry = working_size(image, params);
  const bool as_is =
      geometry.resized_width == image.width && geometry.resized_height == image.height;
  std::vector<RankedBox> boxes =
      as_is ? all_boxes(image, params)
            : all_boxes(resample(image, geometry.resized_height, geometry.resized_width), params);
  return choose(std::move(boxes), params, geometry);
}

}  // namespace roiflow
