#include "apps/run/detector_score.hpp"

namespace roiflow {

DetectorScore::DetectorScore(const std::vector<Category>& categories, const EvaluationTypes& types,
                             bool masks)
    : categories_(categories),
      area_type_(masks ? IouType::segm : IouType::bbox),
      counts_(make_distributions(categories_)) {
  const EvaluationParams params = coco_params(categories_);
  const auto evaluate = [&](IouType type) {
    evaluations_.push_back({type, Accumulator(params), AnalysisCollector(params)});
  };
  if (types.bbox) evaluate(IouType::bbox);
  if (types.segm) evaluate(IouType::segm);
}

void DetectorScore::add(const Token<Evaluated>& token) {
  if (!token.ok()) return;
  const Evaluated& image = token.value();
  const std::int64_t image_id = token.source().record.id;
  for (Evaluation& evaluation : evaluations_) {
    const bool bbox = evaluation.type == IouType::bbox;
    const auto& matches = bbox ? image.bbox : image.segm;
    const auto& analysis = bbox ? image.bbox_analysis : image.segm_analysis;
    if (matches) evaluation.accumulator.append(image_id, *matches);
    if (analysis) evaluation.analysis.append(image_id, *analysis);
  }
  count(token);
}

void DetectorScore::count(const Token<Evaluated>& token) {
  for (const Annotation& annotation : token.source().annotations) {
    count_truth(counts_, annotation.category_id, annotation.area, annotation.iscrowd);
  }
  for (const Detection& detection : token.value().detections) {
    count_detection(counts_, detection.category_id, coco_area(detection, area_type_),
                    detection.score);
  }
  detections_ += std::ssize(token.value().detections);
}

void DetectorScore::summarise(Report& report) const {
  report.detections = detections_;
  report.distributions = counts_;
  for (const Evaluation& evaluation : evaluations_) {
    const EvaluationArrays arrays = evaluation.accumulator.accumulate();
    const EvaluationParams& params = evaluation.accumulator.params();
    report.types.push_back(type_report(params, arrays, evaluation.type,
                                       evaluation.analysis.finish(arrays, categories_, {})));
  }
}

}  // namespace roiflow
