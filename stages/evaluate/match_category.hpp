/// The heart of the matching: one category of one image. See match.hpp for the rule.
#pragma once

#include <array>
#include <optional>
#include <span>

#include "stages/core/detection.hpp"
#include "stages/evaluate/match.hpp"

namespace roiflow {

struct GroundTruthRegion {
  std::array<double, 4> bbox{};  ///< x y width height
  std::optional<Rle> mask;
  double area = 0;  ///< as annotated
  bool crowd = false;
  bool counts_as_match = true;
};

struct DetectionRegion {
  double score = 0;
  std::array<double, 4> bbox{};
  const Rle* mask = nullptr;
  double area = 0;
};

/// `detections` in descending order of score; for IouType::segm every region has its mask.
[[nodiscard]] CategoryMatches match_category(const EvaluationParams& params, IouType type,
                                             std::span<const GroundTruthRegion> ground_truth,
                                             std::span<const DetectionRegion> detections);

}  // namespace roiflow
