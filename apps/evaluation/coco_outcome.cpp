#include "apps/evaluation/coco_outcome.hpp"

#include <algorithm>
#include <iostream>
#include <span>

#include <oneapi/tbb/parallel_for.h>

#include "apps/evaluation/evaluation_options.hpp"
#include "apps/progress.hpp"
#include "io/predictions/prediction_columns.hpp"
#include "io/records/arrays_file.hpp"
#include "stages/analysis/column_analysis.hpp"
#include "stages/core/error.hpp"
#include "stages/evaluate/summary.hpp"

namespace roiflow {
namespace {

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

void warn_of_missing(const MatchRecords& records) {
  const auto missing = missing_images(records);
  if (missing.empty()) return;
  constexpr std::size_t most_listed = 20;
  const auto listed = std::span(missing).first(std::min(missing.size(), most_listed));
  std::cerr << fmt::format("roiflow: warning: no record of {} images: {}{}\n", missing.size(),
                           fmt::join(listed, ", "), missing.size() > most_listed ? ", ..." : "");
}

/// Boxes and masks have numbers only for three limits of detections.
bool has_stats(const EvaluationParams& params, IouType type) {
  return type == IouType::keypoints || params.max_detections.size() >= 3;
}

}  // namespace

void add_coco_options(Options& options) {
  options.add()("iou-type", po::value<std::vector<std::string>>()->value_name("TYPE")->composing(),
                "what is compared: bbox, segm or keypoints; may be given several times. Default: "
                "what the detections hold")(
      "max-dets", po::value<std::string>()->value_name("A,B,C"),
      "limits of detections per image and category, ascending; default 1,10,100, for keypoints 20. "
      "The numbers need three; AP itself is defined for 100")(
      "iou-thresholds", po::value<std::string>()->value_name("T,..."),
      "IoU thresholds; default 0.5 to 0.95 in ten steps; for VOC one, default 0.5")(
      "area-ranges", po::value<std::string>()->value_name("LABEL:LEAST:GREATEST,..."),
      "square pixels, both ends included; default all:0:1e10,small:0:1024,medium:1024:9216,"
      "large:9216:1e10")("class-agnostic", po::bool_switch(), "take all categories for one")(
      "details", po::bool_switch(),
      "also print the table of classes, confusions, kinds of errors (TIDE), AP by other programs' "
      "conventions, and the images with most errors")(
      "bootstrap", po::value<int>()->value_name("N")->default_value(0),
      "95 % confidence intervals from N resamplings of the images, e.g. 1000")(
      "compare", po::value<std::vector<std::string>>()->multitoken()->value_name("A B"),
      "two files of detections instead of --dt: what changes from A to B, by class and by image")(
      "shard", po::value<std::string>()->value_name("I/N"),
      "only the I-th of N parts of the images; write its --records and --merge them later")(
      "records", po::value<std::string>()->value_name("FILE.h5"),
      "write the match records of one --iou-type, from which the numbers can be computed again")(
      "merge", po::value<std::vector<std::string>>()->multitoken()->value_name("FILE.h5..."),
      "evaluate match records instead of --gt and --dt; they must not overlap")(
      "arrays", po::value<std::string>()->value_name("FILE.h5"),
      "write precision, recall and scores of every threshold, category, area range and limit")(
      "save-predictions", po::value<std::string>()->value_name("FILE.h5"),
      "also write the detections as a predictions file, which is read faster");
}

bool wants_analysis(const ParsedOptions& options) {
  return options.given("out") || options.flag("details") || options.get<int>("bootstrap") > 0;
}

std::vector<IouType> wanted_types(const ParsedOptions& options,
                                  const std::filesystem::path& detections) {
  if (!options.given("iou-type")) return types_of_detections(detections);
  std::vector<IouType> types;
  for (const std::string& type : options.get<std::vector<std::string>>("iou-type")) {
    types.push_back(parse_iou_type(type));
  }
  return types;
}

CocoOutcome evaluate_coco(const ParsedOptions& options, const EvaluationFiles& files, IouType type,
                          bool analyse) {
  EvaluationInput input = read_input(files, type);
  const TruthColumns& truth = input.truth.columns;
  if (options.given("save-predictions")) {
    write_prediction_columns(options.get<std::string>("save-predictions"), truth, input.results);
  }
  const Shard shard =
      options.given("shard") ? parse_shard(options.get<std::string>("shard")) : Shard();
  CocoOutcome outcome{.records = {type, input.truth.categories, truth.image_ids,
                                  failed_images(truth, input.results, shard)},
                      .detections = input.results.scores.size()};
  keep_shard(input.results, shard);
  const EvaluationParams params = wanted_params(options, type, input.truth.categories);
  std::optional<ColumnAnalysis> analysis;
  if (analyse) analysis.emplace(params, type, truth, input.results);
  Progress progress(fmt::format("eval {}", name(type)), std::ssize(truth.image_ids),
                    Progress::style_for_stderr(options.flag("quiet")));
  EvaluationRun run{.threads = options.get<int>("threads"), .progress = [&](std::size_t done) {
                      progress.update(static_cast<std::int64_t>(done), 0);
                    }};
  if (analysis) run.matched = [&](std::size_t i, const ImageMatches& m) { analysis->add(i, m); };
  outcome.records.matches = evaluate_input(files, input, type, params, run);
  outcome.arrays = outcome.records.matches.accumulate();
  if (analysis) {
    outcome.analysis = analysis->collect();
    outcome.distributions = distributions_of(truth, input.results, input.truth.categories);
  }
  return outcome;
}

CocoOutcome merge_coco(const ParsedOptions& options) {
  const auto& names = options.get<std::vector<std::string>>("merge");
  const std::vector<std::filesystem::path> paths(names.begin(), names.end());
  CocoOutcome outcome{.records = merge_match_records(paths)};
  const Accumulator& matches = outcome.records.matches;
  outcome.arrays = matches.accumulate();
  for (std::size_t k = 0; k < matches.params().category_count(); ++k) {
    outcome.detections += matches.category(k).scores.size();
  }
  warn_of_missing(outcome.records);
  return outcome;
}

AnalysisOptions analysis_options(const ParsedOptions& options) {
  AnalysisOptions analysis;
  analysis.bootstrap_samples = options.get<int>("bootstrap");
  require(analysis.bootstrap_samples >= 0, ErrorCode::usage,
          "--bootstrap must not be negative, found {}", analysis.bootstrap_samples);
  if (options.get<int>("threads") != 1) {
    analysis.for_each = [](std::size_t count, const std::function<void(std::size_t)>& body) {
      tbb::parallel_for(std::size_t{0}, count, body);
    };
  }
  return analysis;
}

TypeReport report_of(const CocoOutcome& outcome, const AnalysisOptions& options) {
  const MatchRecords& records = outcome.records;
  const EvaluationParams& params = records.matches.params();
  if (!outcome.analysis) {
    return type_report(params, outcome.arrays, records.type, records.categories);
  }
  return type_report(params, outcome.arrays, records.type,
                     outcome.analysis->finish(outcome.arrays, records.categories, options));
}

std::string outcome_text(const CocoOutcome& outcome) {
  const MatchRecords& records = outcome.records;
  const EvaluationParams& params = records.matches.params();
  const std::size_t total = records.truth_image_ids.size();
  const std::size_t evaluated = records.matches.image_ids().size();
  std::string text = fmt::format("{}: {} images, {} detections", name(records.type), evaluated,
                                 outcome.detections);
  if (evaluated < total) {
    text += fmt::format("; {} images left out: the run failed on them or did not reach them",
                        total - evaluated);
  }
  text += '\n';
  if (!has_stats(params, records.type)) {
    return text + "no numbers: they need three limits (--max-dets)\n";
  }
  return text +
         summary_table(params, summarise(params, outcome.arrays, records.type), records.type);
}

void write_outcomes(const ParsedOptions& options, const std::vector<CocoOutcome>& outcomes) {
  if (options.given("records")) {
    require(outcomes.size() == 1, ErrorCode::usage,
            "--records: a file holds one comparison; choose one with --iou-type");
    write_match_records(options.get<std::string>("records"), outcomes[0].records);
  }
  if (!options.given("arrays")) return;
  std::vector<TypedArrays> types;
  types.reserve(outcomes.size());
  for (const CocoOutcome& outcome : outcomes) {
    types.push_back({outcome.records.type, &outcome.records.matches.params(), &outcome.arrays});
  }
  write_arrays(options.get<std::string>("arrays"), types);
}

}  // namespace roiflow
