#include "apps/load_detector.hpp"

#include "io/dataset/dataset_statistics.hpp"
#include "io/model_file.hpp"

namespace roiflow {

LoadedDetector load_detector(const std::string& model_path) {
  const ModelFile model = read_model(model_path);
  ModelDescription description = parse_model_description(model.description, model_path);
  DetectorStages stages = make_detector_cpu(description, model.weights);
  return {std::move(description), std::move(stages)};
}

EvaluationTypes types_to_evaluate(const DatasetReader& data, bool masks) {
  const DatasetStatistics statistics = dataset_statistics(data.path());
  return {.bbox = statistics.annotations > 0,
          .segm = masks && statistics.annotations > 0 && statistics.segmentations[0] == 0};
}

}  // namespace roiflow
