/// The score from which on detections are kept that gives the highest F1, from the raw curve:
/// precision right / (right + wrong) and recall right / wanted at that score, F1 their harmonic
/// mean 2 right / (right + wrong + wanted). A threshold cannot part equal scores, so they are taken
/// together. Of equal F1 the highest score is taken.
///
/// Example: 2 objects; detections 0.9 right, 0.8 wrong, 0.8 right: kept from 0.9 on F1 is 2 / 3,
/// from 0.8 on 4 / 5, so the point is score 0.8, precision 2 / 3, recall 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "stages/analysis/analysis.hpp"
#include "stages/analysis/match_lists.hpp"

namespace roiflow {

/// Of one category at threshold number `t`. All -1 without objects or without detections.
[[nodiscard]] OperatingPoint best_operating_point(const CategoryList& list, std::size_t t);

/// Of all categories with one score threshold; detections of categories without objects are wrong.
[[nodiscard]] OperatingPoint best_operating_point(std::span<const CategoryList> lists,
                                                  std::size_t t);

}  // namespace roiflow
