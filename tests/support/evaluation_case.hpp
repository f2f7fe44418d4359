/// Small COCO data sets with detections and the numbers that pycocotools gives for them, as
/// tests/reference/make_eval_golden.py writes them.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "io/coco/results_json.hpp"
#include "stages/evaluate/evaluate_columns.hpp"
#include "stages/evaluate/summary.hpp"

namespace roiflow::test {

struct TruthImage {
  std::int64_t id = 0;
  int height = 0, width = 0;
  std::vector<Annotation> annotations;
};

/// COCO JSON without pictures, read plainly: the tests do not trust the program's own reader.
struct Truth {
  std::vector<TruthImage> images;
  std::vector<Category> categories;
};
Truth read_truth(const std::filesystem::path& coco_json);

struct Expected {
  std::vector<double> stats;
  std::map<std::string, std::uint32_t> crc32;  ///< precision, recall, scores
};

struct EvaluationCase {
  std::string name;
  EvaluationParams params;
  Truth truth;
  ResultsFile results;
  std::map<std::string, Expected> expected;  ///< by IoU type
};
/// `scratch` is a folder for the results, which pass through the program's reader.
std::vector<EvaluationCase> read_cases(const std::filesystem::path& json,
                                       const std::filesystem::path& scratch);

struct Columns {
  TruthColumns truth;
  ResultColumns results;
};
Columns columns_of(const EvaluationParams& params, IouType type, const Truth& truth,
                   const ResultsFile& results);

/// The arrays of the whole evaluation; images are appended in the given order or backwards.
EvaluationArrays evaluate(const EvaluationParams& params, IouType type, const Truth& truth,
                          const ResultsFile& results, bool backwards = false);

/// The same by way of columns, as files are read into them.
EvaluationArrays evaluate_in_columns(const EvaluationParams& params, IouType type,
                                     const Truth& truth, const ResultsFile& results);

std::uint32_t crc32(const std::vector<double>& values);

/// Bits of a double, in C99 hexadecimal, so that a failing test shows the last one.
std::string hex(double value);

}  // namespace roiflow::test
