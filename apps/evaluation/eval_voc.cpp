#include "apps/evaluation/eval_voc.hpp"

#include <iostream>

#include "apps/evaluation/evaluation_options.hpp"
#include "apps/evaluation/voc_evaluation.hpp"
#include "apps/progress.hpp"
#include "io/image_folder.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

VocOptions voc_options(const ParsedOptions& options) {
  const auto& metric = options.get<std::string>("metric");
  const auto& overlap = options.get<std::string>("voc-overlap");
  const auto& grid = options.get<std::string>("voc-grid");
  require(overlap == "at-least" || overlap == "above", ErrorCode::usage,
          "--voc-overlap must be at-least or above, found {}", overlap);
  require(grid == "matlab" || grid == "numpy", ErrorCode::usage,
          "--voc-grid must be matlab or numpy, found {}", grid);
  VocOptions result{.metric = metric == "voc07" ? VocMetric::voc07 : VocMetric::voc10,
                    .grid = grid == "matlab" ? VocGrid::matlab : VocGrid::numpy,
                    .rule = {.strictly_above = overlap == "above"}};
  if (!options.given("iou-thresholds")) return result;
  const auto thresholds = parse_iou_thresholds(options.get<std::string>("iou-thresholds"));
  require(thresholds.size() == 1, ErrorCode::usage,
          "--iou-thresholds: a VOC evaluation has one, found {}", thresholds.size());
  result.rule.iou_threshold = thresholds.front();
  return result;
}

}  // namespace

void add_voc_options(Options& options) {
  options.add()("voc-overlap",
                po::value<std::string>()->value_name("RULE")->default_value("at-least"),
                "voc: a detection is right from the IoU threshold on (at-least, as VOCdevkit) or "
                "above it (above, as py-faster-rcnn and detectron2)")(
      "voc-grid", po::value<std::string>()->value_name("GRID")->default_value("matlab"),
      "voc07: the eleven recalls as MATLAB or as numpy computes them; they differ in the last bit");
}

void evaluate_as_voc(const ParsedOptions& options, Report& report) {
  const VocOptions wanted = voc_options(options);
  const GroundTruth truth(options.get<std::string>("gt"));
  const std::filesystem::path detections = options.get<std::string>("dt");
  Progress progress(fmt::format("eval {}", name(wanted.metric)), truth.size(),
                    Progress::style_for_stderr(options.flag("quiet")));
  const auto show = [&](std::int64_t done) { progress.update(done, 0); };
  const VocEvaluation done =
      is_folder(detections)
          ? evaluate_voc(truth, read_voc_results(detections, truth.categories()), wanted, show)
          : evaluate_voc(truth, StoredDetections(detections), wanted, show);
  progress.end_line();
  std::cout << voc_table(done);
  report.voc = done.metrics;
  report.images = {truth.size(), done.images, done.left_out};
  report.detections = done.detections;
}

}  // namespace roiflow
