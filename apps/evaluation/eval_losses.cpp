#include "apps/evaluation/eval_losses.hpp"

#include <algorithm>
#include <initializer_list>
#include <iostream>
#include <utility>
#include <variant>

#include <nlohmann/json.hpp>

#include "apps/commands.hpp"
#include "apps/decode_options.hpp"
#include "apps/evaluation/loss_gathering.hpp"
#include "apps/load_model.hpp"
#include "apps/log_notes.hpp"
#include "apps/progress.hpp"
#include "apps/report/write_report.hpp"
#include "graph/loss_graph.hpp"
#include "graph/segmenter_loss_graph.hpp"
#include "io/pending_file.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

using Json = nlohmann::ordered_json;

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
  if (!description.is_detector()) return;
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
  require(data.size() > 0, ErrorCode::bad_data, "{}: the data set has no images", data.path());
  return limit > 0 ? std::min(limit, data.size()) : data.size();
}

/// What is given but says nothing about this kind of model is refused.
void refuse(const ParsedOptions& options, std::initializer_list<const char*> without_effect,
            const char* kind) {
  for (const char* option : without_effect) {
    require(!options.given(option), ErrorCode::usage, "--{} has no effect on a {}", option, kind);
  }
}

struct Job {
  const ParsedOptions& options;
  const DatasetReader& data;
  std::int64_t images = 0;
  GraphLimits limits;
  Log log;
};

/// The sink of either graph, and what comes after it; gives the exit code.
template <class Losses, class Run, class Name>
int gather(const Job& job, const ModelDescription& description, Json json, const char* counted,
           const Run& run, const Name& name_losses) {
  LossGathering all(counted, job.log, job.options.given("json"));
  Progress progress("losses", job.images, Progress::style_for_stderr(job.options.flag("quiet")));
  run([&](const Token<Losses>& token) {
    const ImageRecord& image = token.source().record;
    if (token.notes()) log_notes(job.log, image, *token.notes());
    if (token.ok()) {
      const auto [losses, count] = name_losses(token.value());
      all.add(image, losses, count);
    } else {
      all.add(image, token.failure());
    }
    progress.update(token.sequence() + 1, all.failures());
  });
  progress.end_line();
  std::cout << all.text(description.name, job.data.path());
  if (job.options.given("json")) {
    all.write_to(json);
    write_file(job.options.get<std::string>("json"), json_text(json));
  }
  return all.failures() > 0 ? exit_with_failures : 0;
}

Json head(const Job& job, const ModelDescription& description) {
  return {{"format", "roiflow-losses"},
          {"version", 1},
          {"ground_truth", job.data.path()},
          {"model", description.name}};
}

int losses_of(const DetectorStages& stages, const ModelDescription& description, const Job& job) {
  refuse(job.options, {"ignore-label"}, "detector");
  require(job.data.annotation_count() > 0, ErrorCode::bad_data,
          "{}: losses need ground truth, but the data set has no annotations", job.data.path());
  const DetectorLossParams params = loss_params(job.options);
  const ComputeLosses compute(stages, description, params);
  Json json = head(job, description);
  json["seed"] = params.seed;
  json["sampling"] = {{"rpn_batch", params.rpn.sampling.batch_size},
                      {"rpn_positives", params.rpn.sampling.positive_fraction},
                      {"box_batch", params.box.sampling.batch_size},
                      {"box_positives", params.box.sampling.positive_fraction}};
  json["lambda"] = params.rpn.lambda;
  return gather<DetectorLosses>(
      job, description, std::move(json), "objects",
      [&](const auto& sink) {
        run_losses({job.data, stages, compute, job.images, job.limits}, sink);
      },
      [&](const DetectorLosses& losses) {
        return std::pair(named(losses, params), std::int64_t{losses.objects});
      });
}

int losses_of(const SegmenterStages& stages, const ModelDescription& description, const Job& job) {
  refuse(job.options,
         {"seed", "rpn-batch", "rpn-positives", "box-batch", "box-positives", "lambda",
          "pre-nms-top-n", "post-nms-top-n"},
         "segmenter");
  require(job.data.has_label_maps(), ErrorCode::bad_data,
          "{}: losses need ground truth, but the data set has no label maps", job.data.path());
  const int ignore_label = job.options.has("ignore-label") ? job.options.get<int>("ignore-label")
                                                           : job.data.info().ignore_label;
  require(ignore_label >= -1 && ignore_label <= 255, ErrorCode::usage,
          "--ignore-label must be 0 .. 255 or -1, found {}", ignore_label);
  const ComputePixelLoss compute(stages, ignore_label);
  Json json = head(job, description);
  json["ignore_label"] = ignore_label;
  return gather<SegmenterLosses>(
      job, description, std::move(json), "pixels",
      [&](const auto& sink) {
        run_segmenter_losses({job.data, stages, compute, job.images, job.limits}, sink);
      },
      [](const SegmenterLosses& losses) { return std::pair(named(losses), losses.pixels); });
}

}  // namespace

void add_loss_options(Options& options) {
  add_model_options(options);
  options.add()(
      "losses", po::bool_switch(),
      "instead of detections: runs --model over --gt, on the CPU, and prints the losses of "
      "training "
      "and their sum, each the mean over images, as torchvision computes them for "
      "batches of one image with frozen batch norm. Crowds are left out. Of an FCN: the softmax "
      "loss of the pixels that have a label")("model",
                                              po::value<std::string>()->value_name("FILE.h5"),
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
  const DatasetReader data(options.get<std::string>("gt"));
  const Job job{options,
                data,
                wanted_images(options, data),
                {workers, workers + 2, decode_limits(options)},
                options.log()};
  const LoadedModel model =
      load_model(options.get<std::string>("model"), options, data,
                 [&](ModelDescription& description) { set_proposals(description, options); });
  if (const auto* detector = std::get_if<DetectorStages>(&model.stages)) {
    return losses_of(*detector, model.description, job);
  }
  return losses_of(std::get<SegmenterStages>(model.stages), model.description, job);
}

}  // namespace roiflow
