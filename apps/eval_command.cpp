#include <charconv>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/commands.hpp"
#include "apps/evaluation/stored_evaluation.hpp"
#include "apps/options.hpp"
#include "apps/progress.hpp"
#include "io/pending_file.hpp"
#include "stages/core/error.hpp"
#include "stages/evaluate/summary.hpp"

namespace roiflow {
namespace {

using Json = nlohmann::ordered_json;

Options eval_options() {
  Options options("eval",
                  "Evaluates stored detections against ground truth, as pycocotools does, and "
                  "prints its twelve numbers for boxes and for masks.",
                  "roiflow eval --gt shapes.h5 --dt out/predictions.h5 --json metrics.json");
  options.add()("gt", po::value<std::string>()->value_name("FILE"),
                "ground truth: a data set (.h5) or COCO annotations (.json)")(
      "dt", po::value<std::string>()->value_name("FILE"),
      "detections: predictions.h5 of a run, or COCO results (.json)")(
      "iou-type", po::value<std::vector<std::string>>()->value_name("TYPE")->composing(),
      "what is compared: bbox or segm; may be given twice. Default: what the detections hold")(
      "max-dets", po::value<std::string>()->value_name("A,B,C")->default_value("1,10,100"),
      "limits of detections per image and category, ascending; AP itself is defined for 100")(
      "class-agnostic", po::bool_switch(), "take all categories for one")(
      "out", po::value<std::string>()->value_name("DIR"), "write DIR/eval.json; DIR is made")(
      "json", po::value<std::string>()->value_name("FILE"), "write the numbers to this file");
  return options;
}

std::vector<int> parse_limits(const std::string& text) {
  std::vector<int> limits;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    int limit = 0;
    const auto [rest, error] = std::from_chars(text.data() + begin, text.data() + end, limit);
    require(error == std::errc() && rest == text.data() + end && limit > 0 &&
                (limits.empty() || limit > limits.back()),
            ErrorCode::usage, "--max-dets must be three ascending numbers like 1,10,100, found {}",
            text);
    limits.push_back(limit);
    begin = end + 1;
  }
  require(limits.size() == 3, ErrorCode::usage,
          "--max-dets must be three ascending numbers like 1,10,100, found {}", text);
  return limits;
}

std::vector<IouType> wanted_types(const ParsedOptions& options,
                                  const StoredDetections& detections) {
  if (!options.given("iou-type")) return detections.types();
  std::vector<IouType> types;
  for (const std::string& type : options.get<std::vector<std::string>>("iou-type")) {
    require(type == "bbox" || type == "segm", ErrorCode::usage,
            "--iou-type must be bbox or segm, found {}", type);
    types.push_back(type == "bbox" ? IouType::bbox : IouType::segm);
  }
  return types;
}

std::string category_name(const std::vector<Category>& categories, std::int64_t id) {
  const auto found = std::ranges::find(categories, id, &Category::id);
  return found->name;
}

Json metrics_of(const EvaluationParams& params, const EvaluationArrays& arrays, const Stats& stats,
                const std::vector<Category>& categories) {
  Json metrics;
  for (const auto& [stat, value] : stats) metrics[std::string(stat)] = value;
  metrics["stats"] = values(stats);
  if (!params.use_categories) return metrics;
  const auto class_ap = category_average_precision(arrays);
  Json& per_class = metrics["per_class"] = Json::object();
  for (std::size_t k = 0; k < class_ap.size(); ++k) {
    per_class[category_name(categories, params.category_ids[k])] = class_ap[k];
  }
  return metrics;
}

/// Evaluates one type, prints its table and returns its part of the JSON file.
Json evaluate_type(IouType type, const GroundTruth& truth, const StoredDetections& detections,
                   const EvaluationParams& params, bool quiet, Json& images) {
  const auto evaluation = [&] {
    Progress progress(fmt::format("eval {}", name(type)), truth.size(),
                      Progress::style_for_stderr(quiet));
    return evaluate_stored(truth, detections, type, params,
                           [&](std::int64_t done) { progress.update(done, 0); });
  }();
  const EvaluationArrays arrays = evaluation.accumulator.accumulate();
  const Stats stats = summarise(params, arrays, type);
  std::cout << fmt::format("{}: {} images, {} detections", name(type), evaluation.images,
                           detections.detection_count());
  if (evaluation.left_out > 0) {
    std::cout << fmt::format("; {} images left out: the run failed on them or did not reach them",
                             evaluation.left_out);
  }
  std::cout << '\n' << summary_table(params, stats, type);
  images = {{"total", truth.size()}, {"ok", evaluation.images}, {"failed", evaluation.left_out}};
  return metrics_of(params, arrays, stats, truth.categories());
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
  const std::vector<int> limits = parse_limits(options->get<std::string>("max-dets"));
  const GroundTruth truth(options->get<std::string>("gt"));
  const StoredDetections detections(options->get<std::string>("dt"));
  EvaluationParams params = coco_params(truth.categories());
  params.max_detections = limits;
  params.use_categories = !options->flag("class-agnostic");

  Json results = {{"format", "roiflow-evaluation"}, {"version", 1},
                  {"ground_truth", truth.path()},   {"detections", detections.path()},
                  {"images", Json::object()},       {"metrics", Json::object()}};
  for (const IouType type : wanted_types(*options, detections)) {
    results["metrics"][name(type)] =
        evaluate_type(type, truth, detections, params, options->flag("quiet"), results["images"]);
  }
  write_results(*options, results);
  return 0;
}

}  // namespace roiflow
