#include "stages/analysis/conventions.hpp"

#include <algorithm>
#include <functional>

#include "stages/analysis/curve_rules.hpp"
#include "stages/analysis/match_lists.hpp"
#include "stages/analysis/sampled_precision.hpp"
#include "stages/evaluate/summary.hpp"

namespace roiflow {
namespace {

using Numbers = std::vector<double>;
using Rule = std::function<Numbers(const CurveCounts&, std::uint64_t wanted)>;

/// Whose lists a rule is applied to, and what a class without objects gives.
enum class Lists { evaluated, plain_grid, limited };
enum class Absent { left_out, zero };

struct Convention {
  const char* name;
  const char* description;
  Rule rule;
  Lists lists = Lists::evaluated;
  Absent absent = Absent::left_out;
};

std::vector<Convention> all_conventions(const EvaluationParams& params) {
  const Numbers recalls = params.recall_thresholds;
  Numbers plain;
  for (int i = 0; i <= 100; ++i) plain.push_back(i / 100.0);
  const Rule coco = [recalls](const auto& counts, auto wanted) {
    return sampled_envelope(counts, wanted, recalls, coco_epsilon);
  };
  const auto single = [](double (*rule)(const CurveCounts&, std::uint64_t)) -> Rule {
    return [rule](const auto& counts, auto wanted) { return Numbers{rule(counts, wanted)}; };
  };
  return {
      {"pycocotools", "the reference; as in the summary above", coco},
      {"without epsilon",
       "precision is right / (right + wrong) without + 2^-52: detectron2's fast evaluation, "
       "faster-coco-eval, hotcoco",
       [recalls](const auto& counts, auto wanted) {
         return sampled_envelope(counts, wanted, recalls, 0);
       }},
      {"plain grids",
       "IoU .5 + .05 i and recall i / 100 instead of numpy's linspace, which differs in the last "
       "bit: hotcoco up to 0.5, TIDE (recall)",
       [plain](const auto& counts, auto wanted) {
         return sampled_envelope(counts, wanted, plain, coco_epsilon);
       },
       Lists::plain_grid},
      {"absent classes as 0",
       "a class that is detected but has no objects counts as AP 0 instead of being left out: TIDE",
       coco, Lists::evaluated, Absent::zero},
      {"limit per image",
       "the highest limit of detections holds for all classes of an image together, not for each: "
       "TIDE, torchvision's and detectron2's own limit before they evaluate",
       coco, Lists::limited},
      {"no envelope",
       "precision where a recall is first reached, not the best at this recall or beyond: "
       "hand-written evaluations",
       [recalls](const auto& counts, auto wanted) { return sampled_raw(counts, wanted, recalls); }},
      {"11 points", "mean of the best precisions at recalls 0, 0.1 ... 1: PASCAL VOC 2007",
       single(eleven_points)},
      {"area", "area under the enveloped curve, every recall counts: PASCAL VOC 2010",
       single(area_under)},
      {"trapezoids",
       "enveloped curve from (0, 1) to (1, 0) joined by straight lines and summed at 101 recalls; "
       "a perfect detector gets 0.995: YOLOv5, ultralytics",
       single(trapezoids)},
  };
}

/// [T] of [K]: the numbers of each threshold and category; empty: left out.
using Cells = std::vector<std::vector<Numbers>>;

Cells apply(const Convention& convention, const MatchLists& lists, const EvaluationParams& params) {
  const std::size_t thresholds = params.iou_thresholds.size();
  const std::uint32_t image_limit = convention.lists == Lists::limited
                                        ? static_cast<std::uint32_t>(params.max_detections.back())
                                        : 0xFFFFFFFF;
  Cells cells(thresholds);
  for (std::size_t t = 0; t < thresholds; ++t) {
    for (const CategoryList& list : lists.categories) {
      Numbers& numbers = cells[t].emplace_back();
      if (list.wanted == 0 && convention.absent == Absent::left_out) continue;
      const CurveCounts counts = curve_counts(list, t, image_limit);
      if (list.wanted > 0) {
        numbers = convention.rule(counts, list.wanted);
      } else if (!counts.empty()) {
        numbers = convention.rule(CurveCounts{}, 1);
      }
    }
  }
  return cells;
}

/// Mean over [T, R, K], in the COCO API's order.
double mean_of(std::span<const std::vector<Numbers>> cells) {
  Numbers all;
  for (const auto& row : cells) {
    std::size_t most = 0;
    for (const Numbers& numbers : row) most = std::max(most, numbers.size());
    for (std::size_t r = 0; r < most; ++r) {
      for (const Numbers& numbers : row) {
        if (!numbers.empty()) all.push_back(numbers[r]);
      }
    }
  }
  return all.empty() ? -1 : numpy_mean(all);
}

}  // namespace

std::vector<ConventionRow> conventions(const EvaluationParams& params, const MatchLists& evaluated,
                                       std::span<const ImageAnalysisRecord* const> images) {
  // The grids nearly always give the same matches.
  const bool other = std::any_of(images.begin(), images.end(),
                                 [](const auto* image) { return image->other_grid.has_value(); });
  const MatchLists plain = other ? list_matches(params, images, MatchGrid::plain) : MatchLists{};
  const auto& ious = params.iou_thresholds;
  const auto at = [&](const Cells& cells, double iou) {
    const auto found = std::find(ious.begin(), ious.end(), iou);
    if (found == ious.end()) return -1.0;
    return mean_of(std::span(cells).subspan(static_cast<std::size_t>(found - ious.begin()), 1));
  };
  std::vector<ConventionRow> rows;
  for (const Convention& convention : all_conventions(params)) {
    const bool plain_grid = convention.lists == Lists::plain_grid;
    // Whether a similarity of keypoints lies between the grids is not recorded.
    if (plain_grid && !params.keypoint_sigmas.empty()) continue;
    const Cells cells = apply(convention, plain_grid && other ? plain : evaluated, params);
    rows.push_back(
        {convention.name, convention.description, mean_of(cells), at(cells, 0.5), at(cells, 0.75)});
  }
  return rows;
}

}  // namespace roiflow
