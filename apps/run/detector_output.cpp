#include "apps/run/detector_output.hpp"

namespace roiflow {

DetectorOutput::DetectorOutput(const Settings& settings, const DatasetReader& data)
    : settings_(settings),
      categories_(data.categories()),
      predictions_(settings.directory / "predictions.h5"),
      counts_(make_distributions(categories_)) {
  std::vector<IouType> types{IouType::bbox};
  if (settings.masks) types.push_back(IouType::segm);
  for (const IouType type : types) {
    results_.emplace_back(settings.directory / fmt::format("results.{}.json", name(type)), type);
    if (type == IouType::bbox ? settings.evaluate.bbox : settings.evaluate.segm) {
      const EvaluationParams params = coco_params(categories_);
      evaluations_.push_back({type, Accumulator(params), AnalysisCollector(params)});
    }
  }
}

void DetectorOutput::consume(const Token<Evaluated>& token) {
  static const Evaluated nothing;
  const Evaluated& image = token.ok() ? token.value() : nothing;
  const std::int64_t image_id = token.source().record.id;
  predictions_.append(image_id, image.detections, !token.ok());
  for (ResultsWriter& results : results_) results.append(image_id, image.detections);
  for (Evaluation& evaluation : evaluations_) {
    const bool bbox = evaluation.type == IouType::bbox;
    const auto& matches = bbox ? image.bbox : image.segm;
    const auto& analysis = bbox ? image.bbox_analysis : image.segm_analysis;
    if (matches) evaluation.accumulator.append(image_id, *matches);
    if (analysis) evaluation.analysis.append(image_id, *analysis);
  }
  detections_ += std::ssize(image.detections);
  if (token.ok()) count(token);
}

void DetectorOutput::count(const Token<Evaluated>& token) {
  for (const Annotation& annotation : token.source().annotations) {
    count_truth(counts_, annotation.category_id, annotation.area, annotation.iscrowd);
  }
  const IouType type = settings_.masks ? IouType::segm : IouType::bbox;
  for (const Detection& detection : token.value().detections) {
    count_detection(counts_, detection.category_id, coco_area(detection, type), detection.score);
  }
}

void DetectorOutput::publish() {
  predictions_.close();
  for (ResultsWriter& results : results_) results.close();
}

void DetectorOutput::summarise(Report& report) const {
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
