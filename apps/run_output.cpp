#include "apps/run_output.hpp"

#include <nlohmann/json.hpp>

namespace roiflow {
namespace {

std::filesystem::path made_directory(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  require(!error && std::filesystem::is_directory(directory), ErrorCode::cannot_create,
          "{}: the output directory (--out) cannot be made: {}", directory.string(),
          error ? error.message() : "a file of that name exists");
  return directory;
}

}  // namespace

RunOutput::RunOutput(const Settings& settings, const DatasetReader& data)
    : settings_(settings),
      categories_(data.categories()),
      predictions_(made_directory(settings.directory) / "predictions.h5"),
      errors_file_(settings.directory / "errors.jsonl"),
      errors_(errors_file_.temporary(), std::ios::binary),
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

void RunOutput::consume(const Token<Evaluated>& token) {
  if (!token.ok()) record_failure(token);
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

void RunOutput::count(const Token<Evaluated>& token) {
  for (const Annotation& annotation : token.source().annotations) {
    count_truth(counts_, annotation.category_id, annotation.area, annotation.iscrowd);
  }
  const IouType type = settings_.masks ? IouType::segm : IouType::bbox;
  for (const Detection& detection : token.value().detections) {
    count_detection(counts_, detection.category_id, coco_area(detection, type), detection.score);
  }
}

void RunOutput::record_failure(const Token<Evaluated>& token) {
  const FailedImage image{token.source().record.id, token.source().record.file_name,
                          token.failure()};
  const nlohmann::ordered_json line = {{"image_id", image.id},
                                       {"index", token.sequence()},
                                       {"file_name", image.file_name},
                                       {"stage", image.failure.stage},
                                       {"code", static_cast<int>(image.failure.code)},
                                       {"reason", image.failure.message}};
  errors_ << line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
  ++failures_;
  if (failed_.size() < failed_listed) failed_.push_back(image);
}

std::string RunOutput::first_failure() const {
  if (failed_.empty()) return {};
  return fmt::format("{}: {}", failed_.front().file_name, failed_.front().failure.message);
}

void RunOutput::publish_errors() {
  errors_.close();
  require(!errors_.fail(), ErrorCode::io, "{}: writing failed", errors_file_.path().string());
  errors_file_.publish();
}

void RunOutput::publish() {
  predictions_.close();
  for (ResultsWriter& results : results_) results.close();
}

void RunOutput::summarise(Report& report) const {
  report.detections = detections_;
  report.failed = failed_;
  report.distributions = counts_;
  for (const Evaluation& evaluation : evaluations_) {
    const EvaluationArrays arrays = evaluation.accumulator.accumulate();
    const EvaluationParams& params = evaluation.accumulator.params();
    report.types.push_back(type_report(params, arrays, evaluation.type,
                                       evaluation.analysis.finish(arrays, categories_, {})));
  }
}

}  // namespace roiflow
