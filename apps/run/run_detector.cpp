#include <fmt/format.h>

#include "apps/overlays.hpp"
#include "apps/progress.hpp"
#include "apps/run/detector_output.hpp"
#include "apps/run/run_job.hpp"
#include "graph/batched_detection_graph.hpp"
#include "graph/detection_graph.hpp"
#include "io/predictions/predictions_file.hpp"

namespace roiflow {
namespace {

/// The images with most errors of the last type evaluated: masks, if there are any.
void draw_worst_images(Report& report, const DatasetReader& data,
                       const std::filesystem::path& predictions_path) {
  if (report.types.empty()) return;
  const PredictionsReader predictions(predictions_path);
  const std::vector<std::int64_t>& ids = predictions.image_ids();  // row by row as the data set
  OverlaySource source{.data = data, .rows = {}, .detections = {}};
  for (std::size_t row = 0; row < ids.size(); ++row) {
    source.rows.emplace(ids[row], static_cast<std::int64_t>(row));
  }
  const IouType type = predictions.has_masks() ? IouType::segm : IouType::bbox;
  source.detections = [&](const ImageRecord& record) {
    return std::optional(predictions.read(record.index, type).detections);
  };
  add_overlays(report, source);
}

/// Tells what the run is about to do, before the first image.
void log_start(const RunJob& job, bool masks, const EvaluationTypes& evaluate) {
  const DatasetReader& data = job.data;
  job.log.info("{}: {} images, {} annotations in {} categories", data.path(), data.size(),
               data.annotation_count(), data.categories().size());
  job.log.info("model {}: {}; {}, {}", job.model.description.name,
               masks ? "boxes and masks" : "boxes", job.model.device.device(),
               job.model.device.precision());
  job.log.info("{} workers, at most {} images in flight; evaluated: {}", job.limits.workers,
               job.limits.in_flight,
               evaluate.segm   ? "bbox, segm"
               : evaluate.bbox ? "bbox"
                               : "nothing (no annotations, or --no-eval)");
}

using Sink = std::function<void(const Token<Evaluated>&)>;

RunReport run_graph(const RunJob& job, const EvaluationTypes& evaluate, const Sink& sink) {
  if (const auto* detector = std::get_if<BatchDetector>(&job.model.stages)) {
    return run_detection(
        BatchedDetectionRun{job.data, *detector, job.images, evaluate, job.limits, job.trace},
        sink);
  }
  const auto& stages = std::get<DetectorStages>(job.model.stages);
  return run_detection(DetectionRun{job.data, stages, job.images, evaluate, job.limits, job.trace},
                       sink);
}

}  // namespace

int run_detector_job(const RunJob& job) {
  const bool masks = job.model.has_masks();
  const EvaluationTypes evaluate =
      job.evaluate ? types_to_evaluate(job.data, masks) : EvaluationTypes{};
  FailureLog failures(job.directory);
  DetectorOutput output({job.directory, masks, evaluate}, job.data);
  log_start(job, masks, evaluate);

  Progress progress("run", job.images, Progress::style_for_stderr(job.quiet));
  const RunReport run = run_graph(job, evaluate, [&](const Token<Evaluated>& token) {
    output.consume(token);
    failures.record(token);
    log_image(job.log, token,
              token.ok() ? fmt::format("{} detections", token.value().detections.size()) : "");
    progress.update(token.sequence() + 1, failures.count());
  });
  progress.end_line();
  return end_run(job, run, failures,
                 {.publish = [&] { output.publish(); },
                  .summarise =
                      [&](Report& report) {
                        output.summarise(report);
                        draw_worst_images(report, job.data, job.directory / "predictions.h5");
                      }});
}

}  // namespace roiflow
