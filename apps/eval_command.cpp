#include <iostream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/commands.hpp"
#include "apps/evaluation/coco_evaluation.hpp"
#include "apps/evaluation/evaluation_options.hpp"
#include "apps/options.hpp"
#include "apps/progress.hpp"
#include "io/pending_file.hpp"
#include "io/predictions/prediction_columns.hpp"
#include "stages/core/error.hpp"
#include "stages/evaluate/summary.hpp"

namespace roiflow {
namespace {

using Json = nlohmann::ordered_json;

Options eval_options() {
  Options options("eval",
                  "Evaluates stored detections against ground truth, as pycocotools does, and "
                  "prints its numbers for boxes, masks or keypoints.",
                  "roiflow eval --gt shapes.h5 --dt out/predictions.h5 --json metrics.json");
  options.add()("gt", po::value<std::string>()->value_name("FILE"),
                "ground truth: a data set (.h5) or COCO annotations (.json)")(
      "dt", po::value<std::string>()->value_name("FILE"),
      "detections: predictions.h5 of a run, or COCO results (.json)")(
      "iou-type", po::value<std::vector<std::string>>()->value_name("TYPE")->composing(),
      "what is compared: bbox, segm or keypoints; may be given several times. Default: what the "
      "detections hold")(
      "max-dets", po::value<std::string>()->value_name("A,B,C"),
      "limits of detections per image and category, ascending; default 1,10,100, for keypoints 20. "
      "The numbers need three; AP itself is defined for 100")(
      "iou-thresholds", po::value<std::string>()->value_name("T,..."),
      "IoU thresholds; default 0.5 to 0.95 in ten steps")(
      "area-ranges", po::value<std::string>()->value_name("LABEL:LEAST:GREATEST,..."),
      "square pixels, both ends included; default all:0:1e10,small:0:1024,medium:1024:9216,"
      "large:9216:1e10")("class-agnostic", po::bool_switch(), "take all categories for one")(
      "threads", po::value<int>()->value_name("N")->default_value(0),
      "threads of the matching; 0: all cores")(
      "save-predictions", po::value<std::string>()->value_name("FILE.h5"),
      "also write the detections as a predictions file, which is read faster")(
      "out", po::value<std::string>()->value_name("DIR"), "write DIR/eval.json; DIR is made")(
      "json", po::value<std::string>()->value_name("FILE"), "write the numbers to this file");
  return options;
}

std::vector<IouType> wanted_types(const ParsedOptions& options, const EvaluationFiles& files) {
  if (!options.given("iou-type")) return types_of_detections(files.detections);
  std::vector<IouType> types;
  for (const std::string& type : options.get<std::vector<std::string>>("iou-type")) {
    types.push_back(parse_iou_type(type));
  }
  return types;
}

EvaluationParams wanted_params(const ParsedOptions& options, IouType type,
                               const std::vector<Category>& categories) {
  const auto given = [&](const char* option) { return options.given(option); };
  const auto text = [&](const char* option) { return options.get<std::string>(option); };
  EvaluationParams params = default_params(type, categories);
  if (given("max-dets")) params.max_detections = parse_max_detections(text("max-dets"));
  if (given("iou-thresholds")) {
    params.iou_thresholds = parse_iou_thresholds(text("iou-thresholds"));
  }
  if (given("area-ranges")) params.area_ranges = parse_area_ranges(text("area-ranges"));
  params.use_categories = !options.flag("class-agnostic");
  return params;
}

/// Boxes and masks have numbers only for three limits of detections.
bool has_stats(const EvaluationParams& params, IouType type) {
  return type == IouType::keypoints || params.max_detections.size() >= 3;
}

Json metrics_of(const EvaluationParams& params, const EvaluationArrays& arrays, const Stats& stats,
                const std::vector<Category>& categories) {
  Json metrics;
  for (const auto& [stat, value] : stats) metrics[std::string(stat)] = value;
  metrics["stats"] = values(stats);
  if (!params.use_categories) return metrics;
  const auto class_ap = category_average_precision(arrays);
  Json& per_class = metrics["per_class"] = Json::object();
  for (std::size_t k = 0; k < class_ap.size(); ++k) per_class[categories[k].name] = class_ap[k];
  return metrics;
}

/// Evaluates one type, prints its table and returns its part of the JSON file.
Json evaluate_type(const ParsedOptions& options, const EvaluationFiles& files, IouType type,
                   Json& images) {
  const EvaluationInput input = read_input(files, type);
  const EvaluationParams params = wanted_params(options, type, input.truth.categories);
  if (options.given("save-predictions")) {
    write_prediction_columns(options.get<std::string>("save-predictions"), input.truth.columns,
                             input.results);
  }
  const std::size_t total = input.truth.columns.image_ids.size();
  const Accumulator sum = [&] {
    Progress progress(fmt::format("eval {}", name(type)), static_cast<std::int64_t>(total),
                      Progress::style_for_stderr(options.flag("quiet")));
    return evaluate_input(files, input, type, params,
                          {options.get<int>("threads"), [&](std::size_t done) {
                             progress.update(static_cast<std::int64_t>(done), 0);
                           }});
  }();
  const EvaluationArrays arrays = sum.accumulate();
  const std::size_t evaluated = sum.image_ids().size();
  std::cout << fmt::format("{}: {} images, {} detections", name(type), evaluated,
                           input.results.scores.size());
  if (evaluated < total) {
    std::cout << fmt::format("; {} images left out: the run failed on them or did not reach them",
                             total - evaluated);
  }
  std::cout << '\n';
  images = {{"total", total}, {"ok", evaluated}, {"failed", total - evaluated}};
  if (!has_stats(params, type)) {
    std::cout << "no numbers: they need three limits (--max-dets)\n";
    return metrics_of(params, arrays, {}, input.truth.categories);
  }
  const Stats stats = summarise(params, arrays, type);
  std::cout << summary_table(params, stats, type);
  return metrics_of(params, arrays, stats, input.truth.categories);
}

void write_results(const ParsedOptions& options, const Json& results) {
  const std::string text = results.dump(2) + "\n";
  if (options.given("json")) write_file(options.get<std::string>("json"), text);
  if (!options.given("out")) return;
  const std::filesystem::path directory = options.get<std::string>("out");
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  require(!error, ErrorCode::cannot_create, "{}: the directory of --out cannot be made: {}",
          directory.string(), error.message());
  write_file(directory / "eval.json", text);
}

}  // namespace

int eval_command(const std::vector<std::string>& arguments) {
  const auto options = eval_options().parse(arguments);
  if (!options) return 0;
  const EvaluationFiles files{options->get<std::string>("gt"), options->get<std::string>("dt")};
  Json results = {{"format", "roiflow-evaluation"},
                  {"version", 1},
                  {"ground_truth", files.truth.string()},
                  {"detections", files.detections.string()},
                  {"images", Json::object()},
                  {"metrics", Json::object()}};
  for (const IouType type : wanted_types(*options, files)) {
    results["metrics"][name(type)] = evaluate_type(*options, files, type, results["images"]);
  }
  write_results(*options, results);
  return 0;
}

}  // namespace roiflow
