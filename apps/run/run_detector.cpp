#include <fmt/format.h>

#include "apps/overlays.hpp"
#include "apps/run/detector_score.hpp"
#include "apps/run/run_execution.hpp"
#include "apps/run/run_files.hpp"
#include "graph/batched_detection_graph.hpp"
#include "graph/detection_graph.hpp"
#include "graph/match_stage.hpp"
#include "io/predictions/predictions_file.hpp"

namespace roiflow {
namespace {

class DetectorRun : public RunKind<Evaluated> {
 public:
  explicit DetectorRun(const RunJob& job)
      : job_(job),
        masks_(job.model.has_masks()),
        types_(job.evaluate ? types_to_evaluate(job.data, masks_) : EvaluationTypes{}),
        match_(job.data.categories(), types_),
        score_(job.data.categories(), types_, masks_) {}

  /// Tells what the run is about to do, before the first image.
  void log_start() const;

  RunReport compute(const DatasetPart& part, const Sink& sink) const override;
  ImageOutcome outcome(const Evaluated& image) const override { return image.detections; }
  Evaluated recall(const ImageOutcome& outcome, const Source& source) const override {
    return match_({std::get<std::vector<Detection>>(outcome)}, source);
  }
  std::string describe(const Evaluated& image) const override {
    return fmt::format("{} detections", image.detections.size());
  }
  void score(const Token<Evaluated>& token) override { score_.add(token); }
  std::unique_ptr<RunFiles> open_files() const override {
    return std::make_unique<DetectorFiles>(job_.directory, job_.identity, masks_);
  }
  void summarise(Report& report) const override;

 private:
  const RunJob& job_;
  bool masks_;
  EvaluationTypes types_;
  Match match_;
  DetectorScore score_;
};

void DetectorRun::log_start() const {
  const DatasetReader& data = job_.data;
  job_.log.info("{}: {} images, {} annotations in {} categories", data.path(), data.size(),
                data.annotation_count(), data.categories().size());
  job_.log.info("model {}: {}; {}, {}", job_.model.description.name,
                masks_ ? "boxes and masks" : "boxes", job_.model.device.device(),
                job_.model.device.precision());
  job_.log.info("{} workers, at most {} images in flight; evaluated: {}", job_.limits.workers,
                job_.limits.in_flight,
                types_.segm   ? "bbox, segm"
                : types_.bbox ? "bbox"
                              : "nothing (no annotations, or --no-eval)");
}

RunReport DetectorRun::compute(const DatasetPart& part, const Sink& sink) const {
  if (const auto* detector = std::get_if<BatchDetector>(&job_.model.stages)) {
    return run_detection(
        BatchedDetectionRun{job_.data, *detector, part, types_, job_.limits, job_.trace}, sink);
  }
  const auto& stages = std::get<DetectorStages>(job_.model.stages);
  return run_detection(DetectionRun{job_.data, stages, part, types_, job_.limits, job_.trace},
                       sink);
}

/// The images with most errors of the last type evaluated: masks, if there are any.
void draw_worst_images(Report& report, const RunJob& job) {
  if (report.types.empty()) return;
  const PredictionsReader predictions(job.directory.file(run_file::predictions));
  const std::vector<std::int64_t>& ids = predictions.image_ids();  // row by row as the part
  OverlaySource source{.data = job.data, .rows = {}, .detections = {}, .decode = job.limits.decode};
  for (std::size_t row = 0; row < ids.size(); ++row) {
    source.rows.emplace(ids[row], job.part.first + static_cast<std::int64_t>(row));
  }
  const IouType type = predictions.has_masks() ? IouType::segm : IouType::bbox;
  source.detections = [&](const ImageRecord& record) {
    return std::optional(predictions.read(record.index - job.part.first, type).detections);
  };
  add_overlays(report, source);
}

void DetectorRun::summarise(Report& report) const {
  score_.summarise(report);
  draw_worst_images(report, job_);
}

}  // namespace

int run_detector_job(const RunJob& job) {
  DetectorRun run(job);
  run.log_start();
  return execute_run(job, run);
}

}  // namespace roiflow
