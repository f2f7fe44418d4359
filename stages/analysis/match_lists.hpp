/// The match records of all images, turned round: one list a category, in the order in which the
/// COCO API accumulates them. What the class table, ties, bootstrap and conventions walk along.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "stages/analysis/image_record.hpp"
#include "stages/evaluate/evaluation_params.hpp"

namespace roiflow {

struct ListedDetection {
  double score = 0;
  std::uint64_t matched = 0, ignored = 0;  ///< bit t, all sizes
  std::uint32_t image = 0;                 ///< place among the images
  std::uint32_t image_rank = 0;            ///< place in its image, best first, all categories
};

struct ListedObjects {
  std::uint32_t image = 0;
  std::uint32_t wanted = 0;
};

struct CategoryList {
  std::vector<ListedDetection> detections;  ///< best first; equal scores by image id, then by rank
  std::vector<ListedObjects> objects;       ///< images with objects to be found, ascending
  std::uint64_t wanted = 0;                 ///< in all of them
};

struct MatchLists {
  std::size_t images = 0;
  std::vector<CategoryList> categories;  ///< [K]
};

/// Which thresholds' matches are listed.
enum class MatchGrid { evaluated, plain };

/// `images` in ascending order of their ids. MatchGrid::plain takes other_grid where there is one.
[[nodiscard]] MatchLists list_matches(const EvaluationParams& params,
                                      std::span<const ImageAnalysisRecord* const> images,
                                      MatchGrid grid = MatchGrid::evaluated);

/// Right and wrong detections so far, along a category's list; ignored ones are not in it.
struct RunningCounts {
  std::vector<double> score;
  std::vector<double> right, wrong;  ///< including this one
};

/// At threshold number `t`.
[[nodiscard]] RunningCounts running_counts(const CategoryList& list, std::size_t t);

/// The same, what a curve of precision over recall depends on: recall rises at right detections
/// only.
struct CurveCounts {
  std::vector<double> wrong;  ///< before the first right detection, the second, ...
  double all_wrong = 0;
  bool starts_right = false;  ///< the first detection is right
  [[nodiscard]] bool empty() const { return wrong.empty() && all_wrong == 0; }
};

/// At threshold number `t`; only detections below `image_limit` in their image's order count.
[[nodiscard]] CurveCounts curve_counts(const CategoryList& list, std::size_t t,
                                       std::uint32_t image_limit = 0xFFFFFFFF);

}  // namespace roiflow
