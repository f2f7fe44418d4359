#include <algorithm>
#include <iostream>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/commands.hpp"
#include "apps/evaluation/coco_evaluation.hpp"
#include "apps/evaluation/evaluation_options.hpp"
#include "apps/evaluation/evaluation_output.hpp"
#include "apps/options.hpp"
#include "apps/progress.hpp"
#include "io/pending_file.hpp"
#include "io/predictions/prediction_columns.hpp"
#include "io/records/match_records.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

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
      "shard", po::value<std::string>()->value_name("I/N"),
      "only the I-th of N parts of the images; write its --records and --merge them later")(
      "records", po::value<std::string>()->value_name("FILE.h5"),
      "write the match records of one --iou-type, from which the numbers can be computed again")(
      "merge", po::value<std::vector<std::string>>()->multitoken()->value_name("FILE.h5..."),
      "evaluate match records instead of --gt and --dt; they must not overlap")(
      "arrays", po::value<std::string>()->value_name("FILE.h5"),
      "write precision, recall and scores of every threshold, category, area range and limit")(
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

/// Images that were neither excluded by --shard nor processed count as failed.
std::vector<std::int64_t> failed_images(const TruthColumns& truth, const ResultColumns& results,
                                        const Shard& shard) {
  std::vector<std::int64_t> failed;
  for (std::size_t i = shard.index; i < truth.image_ids.size(); i += shard.count) {
    if (results.image_processed[i] == 0) failed.push_back(truth.image_ids[i]);
  }
  return failed;
}

Outcome evaluate_files(const ParsedOptions& options, const EvaluationFiles& files, IouType type) {
  EvaluationInput input = read_input(files, type);
  const TruthColumns& truth = input.truth.columns;
  if (options.given("save-predictions")) {
    write_prediction_columns(options.get<std::string>("save-predictions"), truth, input.results);
  }
  const Shard shard =
      options.given("shard") ? parse_shard(options.get<std::string>("shard")) : Shard();
  MatchRecords records{type, input.truth.categories, truth.image_ids,
                       failed_images(truth, input.results, shard)};
  keep_shard(input.results, shard);
  Progress progress(fmt::format("eval {}", name(type)), std::ssize(truth.image_ids),
                    Progress::style_for_stderr(options.flag("quiet")));
  const auto show = [&](std::size_t done) { progress.update(static_cast<std::int64_t>(done), 0); };
  records.matches =
      evaluate_input(files, input, type, wanted_params(options, type, input.truth.categories),
                     {options.get<int>("threads"), show});
  return {std::move(records), {}, input.results.scores.size()};
}

std::vector<Outcome> merged(const ParsedOptions& options) {
  for (const char* option : {"gt", "dt", "iou-type", "max-dets", "iou-thresholds", "area-ranges",
                             "shard", "save-predictions"}) {
    require(!options.given(option), ErrorCode::usage,
            "--merge: the records say what was compared; --{} cannot be given as well", option);
  }
  const auto& names = options.get<std::vector<std::string>>("merge");
  const std::vector<std::filesystem::path> paths(names.begin(), names.end());
  std::vector<Outcome> outcomes;
  outcomes.push_back({merge_match_records(paths), {}, 0});
  const Accumulator& matches = outcomes[0].records.matches;
  for (std::size_t k = 0; k < matches.params().category_count(); ++k) {
    outcomes[0].detections += matches.category(k).scores.size();
  }
  const auto missing = missing_images(outcomes[0].records);
  if (!missing.empty()) {
    constexpr std::size_t most_listed = 20;
    const auto listed = std::span(missing).first(std::min(missing.size(), most_listed));
    std::cerr << fmt::format("roiflow: warning: no record of {} images: {}{}\n", missing.size(),
                             fmt::join(listed, ", "), missing.size() > most_listed ? ", ..." : "");
  }
  return outcomes;
}

std::vector<Outcome> evaluated(const ParsedOptions& options) {
  const EvaluationFiles files{options.get<std::string>("gt"), options.get<std::string>("dt")};
  const std::vector<IouType> types = wanted_types(options, files);
  require(types.size() == 1 || !options.given("records"), ErrorCode::usage,
          "--records: a file holds one comparison; choose one with --iou-type");
  std::vector<Outcome> outcomes;
  for (const IouType type : types) outcomes.push_back(evaluate_files(options, files, type));
  return outcomes;
}

void write_results(const ParsedOptions& options, const nlohmann::ordered_json& results) {
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
  std::vector<Outcome> outcomes = options->given("merge") ? merged(*options) : evaluated(*options);
  nlohmann::ordered_json results = {{"format", "roiflow-evaluation"}, {"version", 1}};
  if (!options->given("merge")) {
    results["ground_truth"] = options->get<std::string>("gt");
    results["detections"] = options->get<std::string>("dt");
  }
  results["images"] = nlohmann::ordered_json::object();
  results["metrics"] = nlohmann::ordered_json::object();
  for (Outcome& outcome : outcomes) {
    outcome.arrays = outcome.records.matches.accumulate();
    results["metrics"][name(outcome.records.type)] = print_outcome(outcome, results["images"]);
  }
  if (options->given("records")) {
    write_match_records(options->get<std::string>("records"), outcomes[0].records);
  }
  if (options->given("arrays")) write_outcome_arrays(outcomes, options->get<std::string>("arrays"));
  write_results(*options, results);
  return 0;
}

}  // namespace roiflow
