#include "stages/analysis/image_record.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>

#include "stages/analysis/confusion.hpp"
#include "stages/analysis/image_regions.hpp"
#include "stages/analysis/tide.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr std::size_t most_categories = 65000;

/// The part that COCO's matching has said already.
void copy_matches(ImageAnalysisRecord& record, const EvaluationParams& params,
                  const ImageMatches& matches) {
  const std::size_t ranges = params.area_ranges.size(), range = analysed_range(params);
  struct Place {
    std::uint32_t next, end;
  };
  std::map<std::uint32_t, Place> places;  // in the rows of `matches`
  std::uint32_t row = 0;
  for (std::size_t c = 0; c < matches.categories.size(); ++c) {
    const CategoryMatches& category = matches.categories[c];
    places[category.category] = {row, row + category.detections};
    row += category.detections;
    const std::uint32_t wanted = matches.ground_truths[c * ranges + range];
    if (wanted == 0) continue;
    record.objects.push_back(
        {.category = static_cast<std::uint16_t>(category.category), .wanted = wanted});
  }
  for (DetectionRecord& detection : record.detections) {
    const auto found = places.find(detection.category);
    if (found == places.end() || found->second.next == found->second.end) continue;
    const MatchFlags& flags = matches.flags[found->second.next++ * ranges + range];
    detection.in_limit = true;
    detection.matched = flags.matched;
    detection.ignored = flags.ignored;
  }
}

ObjectRecord& objects_of(ImageAnalysisRecord& record, std::uint16_t category) {
  const auto found =
      std::lower_bound(record.objects.begin(), record.objects.end(), category,
                       [](const ObjectRecord& o, std::uint16_t c) { return o.category < c; });
  if (found != record.objects.end() && found->category == category) return *found;
  return *record.objects.insert(found, {.category = category});
}

/// True if matching at .5 + .05 i could give something else.
bool between_grids(const EvaluationParams& params, const ImageRegions& image,
                   const ImageOverlaps& overlaps, const std::vector<double>& other) {
  const auto differs = [&](double value) {
    for (std::size_t t = 0; t < other.size(); ++t) {
      if ((value >= params.iou_thresholds[t]) != (value >= other[t])) return true;
    }
    return false;
  };
  for (std::size_t d = 0; d < image.detections.size(); ++d) {
    if (differs(overlaps.in_crowd(d))) return true;
    const auto row = overlaps.row(d);
    for (std::size_t g = 0; g < row.size(); ++g) {
      if (image.objects[g].category == image.detections[d].category && differs(row[g])) return true;
    }
  }
  return false;
}

/// Matches the same image with other parameters.
using Rematch = std::function<ImageMatches(const EvaluationParams&)>;

ImageAnalysisRecord analyse_regions(const EvaluationParams& params, IouType type,
                                    const ImageRegions& image, const ImageMatches& matches,
                                    const Rematch& rematch) {
  require(params.category_ids.size() <= most_categories, ErrorCode::usage,
          "analysis: at most {} categories are possible, found {}", most_categories,
          params.category_ids.size());
  ImageAnalysisRecord record;
  record.detections.reserve(image.detections.size());
  for (std::size_t d = 0; d < image.detections.size(); ++d) {
    record.detections.push_back(
        {.score = image.scores[d], .category = image.detections[d].category});
  }
  copy_matches(record, params, matches);
  if (type == IouType::keypoints) return record;
  const ImageOverlaps overlaps(type, image);
  for (const Region& object : image.objects) ++objects_of(record, object.category).objects;
  take_over_all_categories(record.detections, overlaps, image.objects);
  explain_errors(record, overlaps, image.objects,
                 static_cast<std::size_t>(params.max_detections.back()));
  const auto other = plain_iou_grid();
  if (params.iou_thresholds == linspace(0.5, 0.95, 10) &&
      between_grids(params, image, overlaps, other)) {
    EvaluationParams plain = params;
    plain.iou_thresholds = other;
    record.other_grid = rematch(plain);
  }
  return record;
}

}  // namespace

std::vector<double> plain_iou_grid() {
  constexpr int thresholds = 10;
  std::vector<double> grid;
  grid.reserve(thresholds);
  for (int i = 0; i < thresholds; ++i) grid.push_back(0.5 + 0.05 * i);
  return grid;
}

std::size_t analysed_range(const EvaluationParams& params) {
  for (std::size_t a = 0; a < params.area_ranges.size(); ++a) {
    if (params.area_ranges[a].label == "all") return a;
  }
  return 0;
}

std::size_t analysed_threshold(const EvaluationParams& params) {
  const auto found = std::find(params.iou_thresholds.begin(), params.iou_thresholds.end(), 0.5);
  return found == params.iou_thresholds.end()
             ? 0
             : static_cast<std::size_t>(found - params.iou_thresholds.begin());
}

ImageAnalysisRecord analyse_image(const EvaluationParams& params, IouType type,
                                  const TruthColumns& truth, const ResultColumns& results,
                                  std::size_t image, const ImageMatches& matches) {
  const auto regions = regions_of(params, type, truth, results, image);
  return analyse_regions(params, type, regions, matches, [&](const EvaluationParams& other) {
    ImageMatches rematched;
    ImageMatcher(other, type).match(rematched, truth, results, image);
    return rematched;
  });
}

}  // namespace roiflow
