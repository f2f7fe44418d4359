#include "apps/evaluation/eval_losses.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>

#include <nlohmann/json.hpp>

#include "apps/evaluation/loss_sums.hpp"
#include "apps/load_model.hpp"
#include "apps/progress.hpp"
#include "apps/report/write_report.hpp"
#include "graph/loss_graph.hpp"
#include "io/pending_file.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

using Json = nlohmann::ordered_json;

constexpr int exit_with_failures = 3;

constexpr std::int64_t failures_warned_of = 5;

SamplingParams sampling(const ParsedOptions& options, const std::string& batch,
                        const std::string& positives) {
  const SamplingParams params{options.get<int>(batch), options.get<double>(positives)};
  require(params.batch_size > 0, ErrorCode::usage, "--{} must be positive, found {}", batch,
          params.batch_size);
  require(params.positive_fraction >= 0 && params.positive_fraction <= 1, ErrorCode::usage,
          "--{} must lie in 0 .. 1, found {}", positives, params.positive_fraction);
  return params;
}

DetectorLossParams loss_params(const ParsedOptions& options) {
  DetectorLossParams params;
  params.seed = options.get<std::uint64_t>("seed");
  params.rpn.sampling = sampling(options, "rpn-batch", "rpn-positives");
  params.box.sampling = sampling(options, "box-batch", "box-positives");
  params.rpn.lambda = params.box.lambda = options.get<double>("lambda");
  require(params.rpn.lambda >= 0, ErrorCode::usage, "--lambda must not be negative, found {}",
          params.rpn.lambda);
  return params;
}

/// Proposals as wanted, or as the description says.
void set_proposals(ModelDescription& description, const ParsedOptions& options) {
  const auto set = [&](const char* option, int& count) {
    const int wanted = options.get<int>(option);
    require(wanted >= 0, ErrorCode::usage, "--{} must not be negative, found {}", option, wanted);
    require(wanted == 0 || description.has_rpn(), ErrorCode::usage,
            "--{}: the proposals of this model come from outside the network", option);
    if (wanted > 0) count = wanted;
  };
  set("pre-nms-top-n", description.rpn.pre_nms_top_n);
  set("post-nms-top-n", description.rpn.post_nms_top_n);
}

std::int64_t wanted_images(const ParsedOptions& options, const DatasetReader& data) {
  const auto limit = options.get<std::int64_t>("limit");
  require(limit >= 0, ErrorCode::usage, "--limit must not be negative, found {}", limit);
  require(data.annotation_count() > 0, ErrorCode::bad_data,
          "{}: losses need ground truth, but the data set has no annotations", data.path());
  return limit > 0 ? std::min(limit, data.size()) : data.size();
}

/// What the sink gathers.
struct Gathered {
  LossSums sums;
  std::int64_t objects = 0;
  Json per_image = Json::array(), failed = Json::array();
};

void gather_failure(Gathered& all, const ImageRecord& image, const Failure& failure,
                    const Log& log) {
  constexpr const char* text = "image {} ({}) failed in {}: {}";
  if (std::ssize(all.failed) < failures_warned_of) {
    log.warning(text, image.id, image.file_name, failure.stage, failure.message);
  } else {
    log.info(text, image.id, image.file_name, failure.stage, failure.message);
  }
  all.failed.push_back({{"image_id", image.id},
                        {"file_name", image.file_name},
                        {"stage", failure.stage},
                        {"message", failure.message}});
}

void gather(Gathered& all, const Token<DetectorLosses>& token, const DetectorLossParams& params,
            const Log& log) {
  const ImageRecord& image = token.source().record;
  if (!token.ok()) {
    gather_failure(all, image, token.failure(), log);
    return;
  }
  const NamedLosses losses = named(token.value(), params);
  if (!std::isfinite(losses.back().second)) {
    log.warning("image {} ({}): a loss is not finite, and so are the means", image.id,
                image.file_name);
  }
  all.sums.add(losses);
  all.objects += token.value().objects;
  Json row = loss_json(losses);
  row["image_id"] = image.id;
  row["objects"] = token.value().objects;
  all.per_image.push_back(std::move(row));
}

Json to_json(const Gathered& all, const ParsedOptions& options, const DetectorLossParams& params,
             const ModelDescription& description, std::int64_t images) {
  return {{"format", "roiflow-losses"},
          {"version", 1},
          {"ground_truth", options.get<std::string>("gt")},
          {"model", description.name},
          {"seed", params.seed},
          {"sampling",
           {{"rpn_batch", params.rpn.sampling.batch_size},
            {"rpn_positives", params.rpn.sampling.positive_fraction},
            {"box_batch", params.box.sampling.batch_size},
            {"box_positives", params.box.sampling.positive_fraction}}},
          {"lambda", params.rpn.lambda},
          {"images", {{"total", images}, {"ok", all.sums.images()}, {"failed", all.failed.size()}}},
          {"objects", all.objects},
          {"losses", loss_json(all.sums.means())},
          {"per_image", all.per_image},
          {"failed", all.failed}};
}

}  // namespace

void add_loss_options(Options& options) {
  add_model_options(options);
  options.add()("losses", po::bool_switch(),
                "instead of detections: runs --model over --gt and prints the losses of training "
                "and their sum, each the mean over images, as torchvision computes them for "
                "batches of one image with frozen batch norm. Crowds are left out")(
      "model", po::value<std::string>()->value_name("FILE.h5"),
      "losses: the model, as `import` makes it")(
      "seed", po::value<std::uint64_t>()->value_name("N")->default_value(1),
      "losses: which anchors and boxes are sampled; the same seed gives the same, on any number of "
      "threads")("limit", po::value<std::int64_t>()->value_name("N")->default_value(0),
                 "losses: only the first N images; 0: all")(
      "rpn-batch", po::value<int>()->value_name("N")->default_value(256),
      "losses: anchors sampled of an image; more than there are: all")(
      "rpn-positives", po::value<double>()->value_name("F")->default_value(0.5),
      "losses: of these, at most this part on objects")(
      "box-batch", po::value<int>()->value_name("N")->default_value(512),
      "losses: proposals sampled of an image; more than there are: all")(
      "box-positives", po::value<double>()->value_name("F")->default_value(0.25),
      "losses: of these, at most this part on objects")(
      "lambda", po::value<double>()->value_name("W")->default_value(1),
      "losses: weight of the two box losses in the sum")(
      "pre-nms-top-n", po::value<int>()->value_name("N")->default_value(0),
      "losses: anchors of a level that become proposals; 0: as the model's description says "
      "(torchvision trains with 2000)")("post-nms-top-n",
                                        po::value<int>()->value_name("N")->default_value(0),
                                        "losses: proposals of an image, likewise");
}

int evaluate_losses(const ParsedOptions& options, int workers) {
  const DetectorLossParams params = loss_params(options);
  const DatasetReader data(options.get<std::string>("gt"));
  const std::int64_t images = wanted_images(options, data);
  const LoadedModel model =
      load_model(options.get<std::string>("model"), options, data,
                 [&](ModelDescription& description) { set_proposals(description, options); });
  const DetectorStages& stages = detector_of(model, "--losses");
  const ComputeLosses compute(stages, model.description, params);
  const Log log = options.log();
  Gathered all;
  Progress progress("losses", images, Progress::style_for_stderr(options.flag("quiet")));
  run_losses({data, stages, compute, images, {workers, workers + 2}},
             [&](const Token<DetectorLosses>& token) {
               gather(all, token, params, log);
               progress.update(token.sequence() + 1, std::ssize(all.failed));
             });
  progress.end_line();
  require(all.sums.images() > 0, ErrorCode::bad_data, "{}: every one of the {} images failed{}",
          data.path(), images,
          all.failed.empty() ? "" : ": " + all.failed[0]["message"].get<std::string>());
  std::cout << fmt::format("{}: {} images, {} objects; means over images, seed {}\n",
                           model.description.name, all.sums.images(), all.objects, params.seed)
            << loss_table(all.sums.means());
  if (options.given("json")) {
    write_file(options.get<std::string>("json"),
               json_text(to_json(all, options, params, model.description, images)));
  }
  return !all.failed.empty() ? exit_with_failures : 0;
}

}  // namespace roiflow
