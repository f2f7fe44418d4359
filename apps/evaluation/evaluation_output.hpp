/// What an evaluation prints and writes: the table of numbers, the metrics of eval.json, the
/// arrays.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include <nlohmann/json.hpp>

#include "io/records/match_records.hpp"
#include "stages/evaluate/accumulate.hpp"

namespace roiflow {

/// One comparison.
struct Outcome {
  MatchRecords records;
  EvaluationArrays arrays;     ///< records.matches.accumulate()
  std::size_t detections = 0;  ///< for the table's first line
};

/// Prints the table to stdout and returns `metrics.<type>` of eval.json; `images` becomes the
/// counts. With fewer than three limits of detections boxes and masks have arrays, but no numbers.
nlohmann::ordered_json print_outcome(const Outcome& outcome, nlohmann::ordered_json& images);

void write_outcome_arrays(const std::vector<Outcome>& outcomes, const std::filesystem::path& path);

}  // namespace roiflow
