#include "stages/analysis/match_lists.hpp"

#include <algorithm>

#include "stages/evaluate/sort_scores.hpp"

namespace roiflow {
namespace {

/// Replaces the flags of an image whose detections are the last of each list.
void use_other_grid(MatchLists& lists, const ImageMatches& matches, std::size_t ranges,
                    std::size_t range) {
  std::size_t row = 0;
  for (const CategoryMatches& category : matches.categories) {
    auto& detections = lists.categories[category.category].detections;
    for (std::size_t d = detections.size() - category.detections; d < detections.size(); ++d) {
      const MatchFlags& flags = matches.flags[row++ * ranges + range];
      detections[d].matched = flags.matched;
      detections[d].ignored = flags.ignored;
    }
  }
}

}  // namespace

MatchLists list_matches(const EvaluationParams& params,
                        std::span<const ImageAnalysisRecord* const> images, MatchGrid grid) {
  MatchLists lists;
  lists.images = images.size();
  lists.categories.resize(params.category_count());
  for (std::size_t i = 0; i < images.size(); ++i) {
    const auto image = static_cast<std::uint32_t>(i);
    std::uint32_t rank = 0;
    for (const DetectionRecord& d : images[i]->detections) {
      if (d.in_limit) {
        lists.categories[d.category].detections.push_back(
            {d.score, d.matched, d.ignored, image, rank});
      }
      ++rank;
    }
    for (const ObjectRecord& objects : images[i]->objects) {
      if (objects.wanted == 0) continue;
      CategoryList& list = lists.categories[objects.category];
      list.objects.push_back({image, objects.wanted});
      list.wanted += objects.wanted;
    }
    if (grid == MatchGrid::plain && images[i]->other_grid) {
      use_other_grid(lists, *images[i]->other_grid, params.area_ranges.size(),
                     analysed_range(params));
    }
  }
  for (CategoryList& list : lists.categories) {
    std::stable_sort(list.detections.begin(), list.detections.end(),
                     [](const auto& a, const auto& b) { return goes_before(a.score, b.score); });
  }
  return lists;
}

RunningCounts running_counts(const CategoryList& list, std::size_t t) {
  const std::uint64_t bit = std::uint64_t{1} << t;
  RunningCounts counts;
  double right = 0, wrong = 0;
  for (const ListedDetection& detection : list.detections) {
    if ((detection.ignored & bit) != 0) continue;
    ++((detection.matched & bit) != 0 ? right : wrong);
    counts.score.push_back(detection.score);
    counts.right.push_back(right);
    counts.wrong.push_back(wrong);
  }
  return counts;
}

CurveCounts curve_counts(const CategoryList& list, std::size_t t, std::uint32_t image_limit) {
  const std::uint64_t bit = std::uint64_t{1} << t;
  CurveCounts counts;
  for (const ListedDetection& detection : list.detections) {
    if ((detection.ignored & bit) != 0 || detection.image_rank >= image_limit) continue;
    if ((detection.matched & bit) != 0) {
      if (counts.empty()) counts.starts_right = true;
      counts.wrong.push_back(counts.all_wrong);
    } else {
      ++counts.all_wrong;
    }
  }
  return counts;
}

}  // namespace roiflow
