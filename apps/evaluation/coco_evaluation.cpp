#include "apps/evaluation/coco_evaluation.hpp"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>

#include "io/coco/evaluation_json.hpp"
#include "io/dataset/dataset_columns.hpp"
#include "io/input_file.hpp"
#include "io/predictions/prediction_columns.hpp"
#include "io/predictions/predictions_file.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

/// The similarity of keypoints looks at the annotation's box as well.
RegionContent truth_content(IouType type) {
  return {.boxes = type != IouType::segm,
          .shapes = type == IouType::segm,
          .keypoints = type == IouType::keypoints};
}

RegionContent result_content(IouType type) {
  return {.boxes = type == IouType::bbox,
          .shapes = type == IouType::segm,
          .keypoints = type == IouType::keypoints};
}

ResultColumns read_any_results(const std::filesystem::path& path, const TruthColumns& truth,
                               const RegionContent& content) {
  return is_hdf5(path) ? read_prediction_columns(path, truth, content)
                       : read_coco_results(path, truth, content);
}

}  // namespace

std::vector<IouType> types_of_detections(const std::filesystem::path& detections) {
  if (is_hdf5(detections)) {
    if (PredictionsReader(detections).has_masks()) return {IouType::bbox, IouType::segm};
    return {IouType::bbox};
  }
  const ResultKinds kinds = coco_result_kinds(detections);
  std::vector<IouType> types;
  if (kinds.boxes) types.push_back(IouType::bbox);
  if (kinds.shapes) types.push_back(IouType::segm);
  if (types.empty()) types.push_back(kinds.keypoints ? IouType::keypoints : IouType::bbox);
  return types;
}

EvaluationTruth read_truth(const std::filesystem::path& path, IouType type) {
  return is_hdf5(path) ? read_dataset_columns(path, truth_content(type))
                       : read_coco_truth(path, truth_content(type));
}

ResultColumns read_results(const std::filesystem::path& path, const TruthColumns& truth,
                           IouType type) {
  return read_any_results(path, truth, result_content(type));
}

EvaluationInput read_input(const EvaluationFiles& files, IouType type) {
  EvaluationInput input{read_truth(files.truth, type), {}};
  input.results = read_results(files.detections, input.truth.columns, type);
  return input;
}

EvaluationParams default_params(IouType type, std::span<const Category> categories) {
  return type == IouType::keypoints ? coco_keypoint_params(categories) : coco_params(categories);
}

Accumulator evaluate_input(const EvaluationFiles& files, const EvaluationInput& input, IouType type,
                           const EvaluationParams& params, const EvaluationRun& run) {
  const int threads = run.threads > 0 ? run.threads : tbb::info::default_concurrency();
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(threads));
  EvaluationHooks hooks{run.progress, {}, run.matched};
  if (threads > 1) {
    hooks.parallel = [](std::size_t count, const std::function<void(std::size_t)>& body) {
      tbb::parallel_for(std::size_t{0}, count, body);
    };
  }
  try {
    return evaluate_columns(params, type, input.truth.columns, input.results, hooks);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::bad_data) throw;
    RegionContent content = result_content(type);
    content.check_shapes = true;
    (void)read_any_results(files.detections, input.truth.columns, content);
    fail(error.code(), "{} and {}: {} (--iou-type chooses what is compared)", files.truth.string(),
         files.detections.string(), error.what());
  }
}

void keep_shard(ResultColumns& results, const Shard& shard) {
  for (std::size_t i = 0; i < results.image_processed.size(); ++i) {
    if (i % shard.count != shard.index) results.image_processed[i] = 0;
  }
}

}  // namespace roiflow
