/// COCO's evaluation of stored detections: files to columns to match records, in any mixture of
/// COCO JSON and HDF5. Equal to pycocotools to the last bit, whatever the files and threads.
///
/// Errors: those of the readers, which name file and place.
///
/// Example: EvaluationFiles files{"shapes.h5", "results.bbox.json"};
///          const EvaluationInput input = read_input(files, IouType::bbox);
///          evaluate_input(files, input, IouType::bbox, coco_params(input.truth.categories), {});
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include "stages/evaluate/evaluate_columns.hpp"
#include "stages/evaluate/evaluation_rows.hpp"

namespace roiflow {

struct EvaluationFiles {
  std::filesystem::path truth;       ///< a data set file, or COCO annotations
  std::filesystem::path detections;  ///< a predictions file, or COCO results
};

/// What the detections were made for: of a predictions file boxes, and masks if it has them; of
/// results by the members of the first record, keypoints only if there is nothing else.
[[nodiscard]] std::vector<IouType> types_of_detections(const std::filesystem::path& detections);

struct EvaluationInput {
  EvaluationTruth truth;
  ResultColumns results;
};

/// What this comparison needs, and no more.
[[nodiscard]] EvaluationTruth read_truth(const std::filesystem::path& path, IouType type);
[[nodiscard]] ResultColumns read_results(const std::filesystem::path& path,
                                         const TruthColumns& truth, IouType type);
[[nodiscard]] EvaluationInput read_input(const EvaluationFiles& files, IouType type);

/// pycocotools' defaults for this comparison.
[[nodiscard]] EvaluationParams default_params(IouType type, std::span<const Category> categories);

/// Threads of the matching; `progress` gets the number of images done.
struct EvaluationRun {
  int threads = 0;  ///< 0: as many as there are cores
  std::function<void(std::size_t)> progress;
  std::function<void(std::size_t, const ImageMatches&)> matched;  ///< as EvaluationHooks::matched
};
/// If a shape turns out to be none, the files are read again to name its place.
[[nodiscard]] Accumulator evaluate_input(const EvaluationFiles& files, const EvaluationInput& input,
                                         IouType type, const EvaluationParams& params,
                                         const EvaluationRun& run);

/// Only every n-th image from the i-th on counts as processed: parts of one evaluation.
struct Shard {
  std::size_t index = 0, count = 1;
};
void keep_shard(ResultColumns& results, const Shard& shard);

}  // namespace roiflow
