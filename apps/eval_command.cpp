#include <iostream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/info.h>

#include "apps/commands.hpp"
#include "apps/decode_options.hpp"
#include "apps/evaluation/analysis_json.hpp"
#include "apps/evaluation/analysis_text.hpp"
#include "apps/evaluation/coco_outcome.hpp"
#include "apps/evaluation/eval_compare.hpp"
#include "apps/evaluation/eval_losses.hpp"
#include "apps/evaluation/eval_mode.hpp"
#include "apps/evaluation/eval_pictures.hpp"
#include "apps/evaluation/eval_semantic.hpp"
#include "apps/evaluation/eval_voc.hpp"
#include "apps/options.hpp"
#include "apps/process_info.hpp"
#include "apps/report/write_report.hpp"
#include "io/files/folder.hpp"
#include "io/pending_file.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

using Json = nlohmann::ordered_json;

Options eval_options() {
  Options options(
      "eval",
      "Evaluates stored detections or label maps against ground truth: as pycocotools "
      "does (coco),\nas PASCAL VOC does (voc07, voc10), or a semantic segmentation as "
      "FCN does (fcn). With --losses: the losses of a model on a labelled data set.",
      "roiflow eval --gt shapes.h5 --dt out/predictions.h5 --out out/eval\n"
      "  roiflow eval --gt instances.json --dt results.json --json metrics.json\n"
      "  roiflow eval --metric voc07 --gt voc2007_test.h5 --dt out/predictions.h5\n"
      "  roiflow eval --gt shapes.h5 --compare before.json after.json --bootstrap 1000\n"
      "  roiflow eval --losses --gt shapes.h5 --model configs/tiny_mask_rcnn.h5");
  options.add()("gt", po::value<std::string>()->value_name("FILE"),
                "ground truth: a data set (.h5) or COCO annotations (.json); for fcn a data set "
                "with label maps, or a folder of label PNGs")(
      "dt", po::value<std::string>()->value_name("FILE"),
      "what was found: predictions.h5 of a run, or COCO results (.json); for VOC also a folder of "
      "results files (comp3_det_test_CLASS.txt), for fcn a folder of label PNGs")(
      "metric", po::value<std::string>()->value_name("NAME")->default_value("coco"),
      "coco, voc07 (11 points), voc10 (area under the curve) or fcn")(
      "threads", po::value<int>()->value_name("N")->default_value(0),
      "threads of the comparison, or images under way at once; 0: all cores")(
      "out", po::value<std::string>()->value_name("DIR"),
      "write DIR/report.html and DIR/report.json; DIR is made")(
      "json", po::value<std::string>()->value_name("FILE"), "write the numbers to this file");
  add_coco_options(options);
  add_voc_options(options);
  add_semantic_options(options);
  add_loss_options(options);
  add_decode_options(options);
  return options;
}

std::size_t wanted_threads(const ParsedOptions& options) {
  const int threads = options.get<int>("threads");
  require(threads >= 0, ErrorCode::usage, "--threads must not be negative, found {}", threads);
  return static_cast<std::size_t>(threads > 0 ? threads : tbb::info::default_concurrency());
}

/// What every report begins with.
Report new_report(const std::vector<std::string>& arguments, const ParsedOptions& options) {
  const auto text = [&](const char* option) {
    return options.given(option) ? options.get<std::string>(option) : std::string();
  };
  return {.made = {.command = command_line("eval", arguments),
                   .data_path = text("gt"),
                   .detections_path = text("dt"),
                   .versions = library_versions()}};
}

/// Images that the run failed on, or did not reach.
void count_images(Report& report, const MatchRecords& records) {
  const auto total = std::ssize(records.truth_image_ids);
  const auto ok = std::ssize(records.matches.image_ids());
  report.images = {total, ok, total - ok};
  report.failed.clear();
  for (const std::int64_t id : records.failed) {
    if (report.failed.size() == failed_listed) break;
    report.failed.push_back(
        {id,
         "",
         {ErrorCode::bad_data, "run", "the run failed on this image, or did not reach it"}});
  }
}

void evaluate_as_coco(const ParsedOptions& options, Report& report) {
  const bool merge = options.given("merge"), details = options.flag("details");
  const AnalysisOptions analysis = analysis_options(options);
  std::vector<CocoOutcome> outcomes;
  EvaluationFiles files;
  if (merge) {
    outcomes.push_back(merge_coco(options));
  } else {
    files = {options.get<std::string>("gt"), options.get<std::string>("dt")};
    for (const IouType type : wanted_types(options, files.detections)) {
      outcomes.push_back(evaluate_coco(options, files, type, wants_analysis(options)));
    }
  }
  for (CocoOutcome& outcome : outcomes) {
    std::cout << outcome_text(outcome);
    report.types.push_back(report_of(outcome, analysis));
    if (details) std::cout << analysis_text(report.types.back().analysis) << '\n';
    count_images(report, outcome.records);
    report.detections = static_cast<std::int64_t>(outcome.detections);
    if (!report.distributions) report.distributions = std::move(outcome.distributions);
  }
  write_outcomes(options, outcomes);
  if (!merge && options.given("out")) {
    draw_worst_images(report, files, outcomes.back().records.type, decode_limits(options));
  }
}

void write_json(const ParsedOptions& options, const Json& json) {
  if (options.given("json")) write_file(options.get<std::string>("json"), json_text(json));
}

void write_results(const ParsedOptions& options, const Report& report) {
  Json json = {{"format", "roiflow-evaluation"}, {"version", 1}};
  if (options.given("gt")) json["ground_truth"] = report.made.data_path;
  if (options.given("dt")) json["detections"] = report.made.detections_path;
  json["images"] = {
      {"total", report.images.total}, {"ok", report.images.ok}, {"failed", report.images.failed}};
  json["metrics"] = metrics_json(report);
  write_json(options, json);
  if (!options.given("out")) return;
  const std::filesystem::path directory = options.get<std::string>("out");
  create_folder(directory);
  write_file(directory / "report.json", report_json(report));
  write_file(directory / "report.html", report_html(report));
  std::cout << "report   " << (directory / "report.html").string() << '\n';
}

void compare_files(const ParsedOptions& options) {
  Json json = {{"format", "roiflow-comparison"},
               {"version", 1},
               {"ground_truth", options.get<std::string>("gt")},
               {"files", options.get<std::vector<std::string>>("compare")}};
  for (const auto& [type, comparison] : compare_detections(options)) {
    std::cout << name(type) << '\n' << comparison_text(comparison) << '\n';
    json["comparison"][name(type)] = comparison_json(comparison);
  }
  write_json(options, json);
}

}  // namespace

int eval_command(const std::vector<std::string>& arguments) {
  const auto options = eval_options().parse(arguments);
  if (!options) return 0;
  const EvalMode mode = eval_mode(*options);
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  wanted_threads(*options));
  if (mode == EvalMode::losses) {
    return evaluate_losses(*options, static_cast<int>(wanted_threads(*options)));
  }
  if (mode == EvalMode::coco_compare) {
    compare_files(*options);
    return 0;
  }
  Report report = new_report(arguments, *options);
  if (mode == EvalMode::voc) {
    evaluate_as_voc(*options, report);
  } else if (mode == EvalMode::fcn || mode == EvalMode::fcn_merge) {
    evaluate_as_fcn(*options, report);
  } else {
    evaluate_as_coco(*options, report);
  }
  write_results(*options, report);
  return mode == EvalMode::fcn && report.images.failed > 0 ? exit_with_failures : 0;
}

}  // namespace roiflow
