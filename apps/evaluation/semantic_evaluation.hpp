/// Evaluation of semantic segmentations that are stored: from paths to numbers and a table;
/// semantic_report.hpp makes them part of a report.
///
///   ground truth  a data set with label maps, or a folder of label PNGs
///   predictions   a predictions file with label maps (needs a data set), or a folder of label PNGs
///                 of the same names
///
/// Classes are the data set's categories (and background 0), or for a folder the lines of
/// `class_names` (the first is class 0), or else 0 up to the highest value of the ground truth.
/// Images are compared in parallel; counts are integers, so the numbers do not depend on the order.
///
/// An image whose maps are damaged, differ in size, or have values that the convention refuses, is
/// set aside and named in `failed`; one without a prediction in `missing`. Neither is in the
/// numbers.
///
/// Errors: those of label_map_source.hpp; Error{bad_data} with the first reason if not one image
/// could be evaluated; Error{usage} for an ignore label outside -1 .. 255.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "stages/decode/decode_limits.hpp"
#include "stages/semantic/semantic_policy.hpp"
#include "stages/semantic/semantic_records.hpp"

namespace roiflow {

struct SemanticOptions {
  std::filesystem::path ground_truth, predictions;
  std::optional<int> ignore_label;  ///< instead of the data set's; a folder's is 255. -1: none
  std::optional<std::filesystem::path> class_names;  ///< for a folder of ground truth
  AbsentClasses policy = AbsentClasses::fcn;
  DecodeLimits decode{};
};

/// An image that is not in the numbers.
struct SetAside {
  std::int64_t id = 0;
  std::string name;    ///< file name without ending
  std::string reason;  ///< a sentence with file, expected and found
};

struct SemanticEvaluation {
  AbsentClasses policy = AbsentClasses::fcn;
  SemanticRecords records;  ///< write_semantic_records() keeps them for merging
  SemanticMetrics metrics;
  std::int64_t total = 0;              ///< images of the ground truth
  std::int64_t without_truth = 0;      ///< of them without a label map: nothing to compare with
  std::vector<SetAside> failed;        ///< in the order of the ground truth
  std::vector<SetAside> missing;       ///< no prediction
  std::vector<std::string> strangers;  ///< predictions of images that the ground truth lacks
  [[nodiscard]] std::int64_t ok() const { return std::ssize(records.images); }
};

/// `progress` is called with the numbers of images done and set aside.
[[nodiscard]] SemanticEvaluation evaluate_semantic(
    const SemanticOptions& options,
    const std::function<void(std::int64_t, std::int64_t)>& progress = {});

/// For people: headline numbers, a row a class, the same counts under the other conventions, and
/// the images that are not in the numbers.
[[nodiscard]] std::string semantic_table(const SemanticEvaluation& evaluation);

}  // namespace roiflow
