#include <algorithm>

#include <fmt/format.h>

#include "apps/progress.hpp"
#include "apps/run/label_map_output.hpp"
#include "apps/run/run_job.hpp"
#include "graph/batched_segmentation_graph.hpp"
#include "graph/segmentation_graph.hpp"

namespace roiflow {
namespace {

/// Tells what the run is about to do, before the first image.
void log_start(const RunJob& job, const std::optional<SemanticClasses>& classes) {
  job.log.info("{}: {} images", job.data.path(), job.data.size());
  job.log.info("model {}: label maps of {} classes; {}, {}", job.model.description.name,
               job.model.description.classes, job.model.device.device(),
               job.model.device.precision());
  job.log.info("{} workers, at most {} images in flight; evaluated: {}", job.limits.workers,
               job.limits.in_flight,
               classes ? fmt::format("label maps, {} classes", classes->size())
                       : "nothing (no label maps, or --no-eval)");
}

/// Values that the model gives and the data set does not know are wrong wherever they appear.
void warn_of_strange_values(const RunJob& job, const SemanticClasses& classes) {
  const ModelDescription& description = job.model.description;
  std::string strange;
  for (int label = 0; label < description.classes; ++label) {
    const std::int64_t value = description.category_id(label);
    if (std::ranges::find(classes.values, value) == classes.values.end()) {
      strange += fmt::format("{}{}", strange.empty() ? "" : ", ", value);
    }
  }
  if (strange.empty()) return;
  job.log.warning(
      "{}: the model gives values that are no class of {} and count as wrong: {} "
      "(model.category_ids)",
      job.model_path, job.data.path(), strange);
}

using Classes = std::optional<SemanticClasses>;
using Sink = std::function<void(const Token<Segmented>&)>;

RunReport run_graph(const RunJob& job, const Classes& classes, const Sink& sink) {
  if (const auto* segmenter = std::get_if<BatchSegmenter>(&job.model.stages)) {
    return run_segmentation(
        BatchedSegmentationRun{job.data, *segmenter, job.images, classes, job.limits, job.trace},
        sink);
  }
  const auto& stages = std::get<SegmenterStages>(job.model.stages);
  return run_segmentation(
      SegmentationRun{job.data, stages, job.images, classes, job.limits, job.trace}, sink);
}

}  // namespace

int run_segmenter_job(const RunJob& job) {
  const Classes classes = job.evaluate ? classes_to_evaluate(job.data) : std::nullopt;
  FailureLog failures(job.directory);
  LabelMapOutput output(job.directory, classes);
  log_start(job, classes);
  if (classes) warn_of_strange_values(job, *classes);

  Progress progress("run", job.images, Progress::style_for_stderr(job.quiet));
  const RunReport run = run_graph(job, classes, [&](const Token<Segmented>& token) {
    output.consume(token);
    failures.record(token);
    log_image(job.log, token, "label map");
    progress.update(token.sequence() + 1, failures.count());
  });
  progress.end_line();
  const std::int64_t good = run.retired - run.failed;
  if (classes && output.compared() < good) {
    job.log.warning("{}: {} of {} images have no label map; the numbers are about the others",
                    job.data.path(), good - output.compared(), good);
  }
  return end_run(job, run, failures,
                 {.publish = [&] { output.publish(); },
                  .summarise = [&](Report& report) { output.summarise(report); }});
}

}  // namespace roiflow
