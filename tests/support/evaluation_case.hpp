/// Small COCO data sets with detections and the numbers that pycocotools gives for them, as
/// tests/reference/make_eval_golden.py writes them.
///
/// Read plainly here: the tests of the evaluation do not trust the program's own readers.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "stages/evaluate/evaluate_columns.hpp"
#include "stages/evaluate/summary.hpp"

namespace roiflow::test {

struct TruthImage {
  std::int64_t id = 0;
  int height = 0, width = 0;
  std::vector<Annotation> annotations;
  std::vector<std::vector<double>> keypoints;  ///< of each annotation, or empty
  std::vector<std::int64_t> keypoint_counts;
};

struct Truth {
  std::vector<TruthImage> images;  ///< in the order of the file
  std::vector<Category> categories;
};

/// One record of COCO results.
struct Result {
  std::int64_t image_id = 0;
  std::int64_t category_id = 0;
  double score = 0;
  std::optional<std::array<double, 4>> bbox;
  Segmentation segmentation;
  std::vector<double> keypoints;
};

Truth read_truth(const std::filesystem::path& coco_json);
std::vector<Result> read_results(const std::filesystem::path& results_json);

struct Expected {
  std::vector<double> stats;
  std::map<std::string, std::uint32_t> crc32;  ///< precision, recall, scores
};

struct EvaluationCase {
  std::string name;
  EvaluationParams params;
  Truth truth;
  std::vector<Result> results;
  std::map<IouType, Expected> expected;
};
std::vector<EvaluationCase> read_cases(const std::filesystem::path& json);

/// One image's detections, complete as the COCO API makes them.
std::vector<DetectionResult> detections_of(const std::vector<Result>& results,
                                           const TruthImage& image, IouType type);

/// The arrays of the whole evaluation, image by image from annotations (not for keypoints); images
/// are appended in the given order or backwards.
EvaluationArrays evaluate(const EvaluationParams& params, IouType type, const Truth& truth,
                          const std::vector<Result>& results, bool backwards = false);

struct Columns {
  TruthColumns truth;
  ResultColumns results;
};
Columns columns_of(const EvaluationParams& params, IouType type, const Truth& truth,
                   const std::vector<Result>& results);

/// The same by way of columns.
EvaluationArrays evaluate_in_columns(const EvaluationParams& params, IouType type,
                                     const Truth& truth, const std::vector<Result>& results);

std::uint32_t crc32(const std::vector<double>& values);

/// Bits of a double, in C99 hexadecimal, so that a failing test shows the last one.
std::string hex(double value);

}  // namespace roiflow::test
