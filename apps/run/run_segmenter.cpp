#include <algorithm>

#include <fmt/format.h>

#include "apps/evaluation/semantic_report.hpp"
#include "apps/run/run_execution.hpp"
#include "apps/run/run_files.hpp"
#include "graph/batched_segmentation_graph.hpp"
#include "graph/segmentation_graph.hpp"
#include "stages/decode/decode.hpp"

namespace roiflow {
namespace {

using Classes = std::optional<SemanticClasses>;

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

class SegmenterRun : public RunKind<Segmented> {
 public:
  explicit SegmenterRun(const RunJob& job)
      : job_(job), classes_(job.evaluate ? classes_to_evaluate(job.data) : std::nullopt) {
    if (classes_) confusion_.emplace(*classes_);
  }

  /// Tells what the run is about to do, before the first image.
  void log_start() const;

  RunReport compute(const DatasetPart& part, const Sink& sink) const override;
  ImageOutcome outcome(const Segmented& image) const override { return LabelMapBytes{image.png}; }
  Segmented recall(const ImageOutcome& outcome, const Source& source) const override {
    const auto& png = std::get<LabelMapBytes>(outcome).png;
    const DecodeLimits& limits = job_.limits.decode;
    return compare_label_map({decode_label_map(png, limits), png}, source, classes_, limits);
  }
  std::string describe(const Segmented&) const override { return "label map"; }
  void score(const Token<Segmented>& token) override;
  std::unique_ptr<RunFiles> open_files() const override {
    return std::make_unique<SegmenterFiles>(job_.directory, job_.identity);
  }
  void summarise(Report& report) const override;

 private:
  const RunJob& job_;
  Classes classes_;
  std::optional<SemanticConfusion> confusion_;
  std::int64_t good_ = 0, compared_ = 0;
};

void SegmenterRun::log_start() const {
  job_.log.info("{}: {} images", job_.data.path(), job_.data.size());
  job_.log.info("model {}: label maps of {} classes; {}, {}", job_.model.description.name,
                job_.model.description.classes, job_.model.device.device(),
                job_.model.device.precision());
  job_.log.info("{} workers, at most {} images in flight; evaluated: {}", job_.limits.workers,
                job_.limits.in_flight,
                classes_ ? fmt::format("label maps, {} classes", classes_->size())
                         : "nothing (no label maps, or --no-eval)");
  if (classes_) warn_of_strange_values(job_, *classes_);
}

RunReport SegmenterRun::compute(const DatasetPart& part, const Sink& sink) const {
  if (const auto* segmenter = std::get_if<BatchSegmenter>(&job_.model.stages)) {
    return run_segmentation(
        BatchedSegmentationRun{job_.data, *segmenter, part, classes_, job_.limits, job_.trace},
        sink);
  }
  const auto& stages = std::get<SegmenterStages>(job_.model.stages);
  return run_segmentation(
      SegmentationRun{job_.data, stages, part, classes_, job_.limits, job_.trace}, sink);
}

void SegmenterRun::score(const Token<Segmented>& token) {
  if (!token.ok()) return;
  ++good_;
  if (!token.value().confusion) return;
  confusion_->merge(*token.value().confusion);
  ++compared_;
}

void SegmenterRun::summarise(Report& report) const {
  if (classes_ && compared_ < good_) {
    job_.log.warning("{}: {} of {} images have no label map; the numbers are about the others",
                     job_.data.path(), good_ - compared_, good_);
  }
  if (compared_ == 0) return;
  constexpr AbsentClasses policy = AbsentClasses::fcn;
  add_semantic(report, {.policy = policy,
                        .records = {*confusion_, {}},
                        .metrics = semantic_metrics(*confusion_, policy)});
}

}  // namespace

int run_segmenter_job(const RunJob& job) {
  SegmenterRun run(job);
  run.log_start();
  return execute_run(job, run);
}

}  // namespace roiflow
