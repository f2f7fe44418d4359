/// The options of an evaluation, from text; Error{usage} names the option.
///
/// Example: parse_area_ranges("all:0:1e10,small:0:1024") has two entries.
#pragma once

#include <string>
#include <vector>

#include "apps/evaluation/coco_evaluation.hpp"
#include "stages/evaluate/evaluation_params.hpp"

namespace roiflow {

[[nodiscard]] IouType parse_iou_type(const std::string& text);

/// "1,10,100": ascending counts.
[[nodiscard]] std::vector<int> parse_max_detections(const std::string& text);

/// "0.5,0.75", in the order given.
[[nodiscard]] std::vector<double> parse_iou_thresholds(const std::string& text);

/// "all:0:1e10,small:0:1024": label, least and greatest area in square pixels.
[[nodiscard]] std::vector<AreaRange> parse_area_ranges(const std::string& text);

/// "1/4": the first of four parts.
[[nodiscard]] Shard parse_shard(const std::string& text);

}  // namespace roiflow
