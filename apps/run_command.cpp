#include <algorithm>
#include <charconv>
#include <filesystem>
#include <thread>

#include "apps/commands.hpp"
#include "apps/decode_options.hpp"
#include "apps/load_model.hpp"
#include "apps/options.hpp"
#include "apps/process_info.hpp"
#include "apps/run/finished_run.hpp"
#include "apps/run/interruption.hpp"
#include "apps/run/run_identity.hpp"
#include "apps/run/run_job.hpp"
#include "graph/trace.hpp"

namespace roiflow {
namespace {

void add_recovery_options(Options& options) {
  options.add()(
      "resume", po::bool_switch(),
      "continue the run that was stopped or killed in --out; begins one if there is none, "
      "and says so if it is complete")("discard", po::bool_switch(),
                                       "throw away what a stopped or killed run left in --out")(
      "strict", po::bool_switch(), "stop at the first image that fails (exit code 65)")(
      "max-failures", po::value<std::string>()->value_name("N|P%"),
      "stop when more than N images fail, or more than P % of them (exit code 65); default: never")(
      "shard", po::value<std::string>()->value_name("I/N"),
      "only the I-th of N equal parts of the images; keeps the journal for --from")(
      "from", po::value<std::vector<std::string>>()->value_name("DIR")->composing(),
      "take over what another run of the same job, e.g. a shard, has done in DIR; may be given "
      "several times");
}

Options run_options() {
  Options options(
      "run",
      "Runs a detector or a segmenter over a data set, evaluates it on the way, and writes "
      "predictions and a report.",
      "roiflow run shapes.h5 --model configs/tiny_mask_rcnn.h5 --out out/run");
  options.positional("data", 1, "the data set, as `pack` or `synth` makes it");
  options.add()("model", po::value<std::string>()->value_name("FILE.h5"),
                "the model, as `import` makes it (required)")(
      "out", po::value<std::string>()->value_name("DIR"),
      "where the results go (required); made if need be")(
      "workers", po::value<int>()->value_name("N")->default_value(0),
      "threads, one image each; 0: as many as the machine has cores")(
      "in-flight", po::value<int>()->value_name("N")->default_value(0),
      "most images under way at once; 0: cpu: workers + 2 (more costs memory and seldom helps), "
      "cuda: 256 or 16 batches for every lane, as memory allows (more fills the batches better "
      "where "
      "images have many sizes)")("limit",
                                 po::value<std::int64_t>()->value_name("N")->default_value(0),
                                 "only the first N images; 0: all")(
      "trace", po::bool_switch(), "write trace.json for a Chrome-trace viewer")(
      "no-eval", po::bool_switch(), "do not compare with the data set's annotations or label maps");
  add_recovery_options(options);
  add_device_options(options);
  add_model_options(options);
  add_decode_options(options);
  return options;
}

/// in_flight is 0 if the model is to say it.
GraphLimits limits_of(const ParsedOptions& options) {
  const int workers = options.get<int>("workers"), in_flight = options.get<int>("in-flight");
  require(workers >= 0 && workers <= 1024, ErrorCode::usage,
          "--workers must be 0 .. 1024, found {}", workers);
  require(in_flight >= 0 && in_flight <= 65536, ErrorCode::usage,
          "--in-flight must be 0 .. 65536, found {}", in_flight);
  GraphLimits limits;
  limits.workers =
      workers > 0 ? workers : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  limits.in_flight = in_flight;
  limits.decode = decode_limits(options);
  return limits;
}

std::int64_t image_count(const ParsedOptions& options, const DatasetReader& data) {
  const auto limit = options.get<std::int64_t>("limit");
  require(limit >= 0, ErrorCode::usage, "--limit must not be negative, found {}", limit);
  const std::int64_t images = limit > 0 ? std::min(limit, data.size()) : data.size();
  require(images > 0, ErrorCode::bad_data, "{}: the data set has no images", data.path());
  return images;
}

/// --shard: the parts differ by one image at most, and none is missed.
DatasetPart part_of(const ParsedOptions& options, std::int64_t images) {
  if (!options.has("shard")) return {0, images};
  const auto& text = options.get<std::string>("shard");
  std::int64_t shard = 0, shards = 0;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, shard);
  const bool slash = first.ec == std::errc() && first.ptr != end && *first.ptr == '/';
  const auto second = slash ? std::from_chars(first.ptr + 1, end, shards) : first;
  require(slash && second.ec == std::errc() && second.ptr == end && shard >= 1 && shard <= shards &&
              shards <= 1'000'000,
          ErrorCode::usage, "--shard must be I/N with 1 <= I <= N, like 2/3; found '{}'", text);
  const std::int64_t from = images / shards * (shard - 1) + std::min(shard - 1, images % shards);
  const std::int64_t count = images / shards + (shard <= images % shards ? 1 : 0);
  require(count > 0, ErrorCode::usage, "--shard {}: there are only {} images", text, images);
  return {from, count};
}

std::optional<FailureLimit> failure_limit(const ParsedOptions& options, std::int64_t images) {
  if (options.has("max-failures")) {
    require(!options.flag("strict"), ErrorCode::usage,
            "--strict is --max-failures 0: only one of the two can be given");
    return parse_failure_limit(options.get<std::string>("max-failures"), images);
  }
  if (options.flag("strict")) return FailureLimit{0, "--strict"};
  return std::nullopt;
}

RunStart run_start(const ParsedOptions& options) {
  RunStart start{options.flag("resume"), options.flag("discard"), {}};
  require(!start.resume || !start.discard, ErrorCode::usage,
          "--resume continues what --discard throws away: only one of the two can be given");
  if (options.has("from")) {
    for (const auto& directory : options.get<std::vector<std::string>>("from")) {
      start.from.emplace_back(directory);
    }
  }
  return start;
}

}  // namespace

int run_command(const std::vector<std::string>& arguments) {
  const auto options = run_options().parse(arguments);
  if (!options) return 0;
  const Interruption interruption;
  const DeviceChoice device = device_choice(*options);
  const auto& model_path = options->get<std::string>("model");
  GraphLimits limits = limits_of(*options);
  const RunStart start = run_start(*options);
  require(!start.resume || !device.gpu.tune, ErrorCode::usage,
          "--tune chooses engines by time, and others may round otherwise: tune first, and give "
          "--plans to the run that is resumed");
  const auto& data_path = options->get<std::string>("data");
  std::vector<RunInput> inputs{{data_path, stamp_of(data_path)},
                               {model_path, stamp_of(model_path)}};
  const DatasetReader data(data_path);
  const DatasetPart part = part_of(*options, image_count(*options, data));
  const auto most_failures = failure_limit(*options, part.count);
  const RunDirectory directory(options->get<std::string>("out"));
  const LoadedModel model = load_model(model_path, *options, data, {}, device);
  if (limits.in_flight == 0) limits.in_flight = model.default_in_flight(limits.workers, data);
  const bool evaluate = !options->flag("no-eval");
  const std::string proposals =
      options->has("proposals") ? options->get<std::string>("proposals") : std::string();
  const std::string identity =
      run_identity({data, model, model_path, proposals, evaluate, part, limits.decode});
  if (start.resume) {
    if (const auto code = finished_before(directory, identity)) return *code;
  }
  Trace trace;
  const RunJob job{.data = data,
                   .model = model,
                   .command = command_line("run", arguments),
                   .model_path = model_path,
                   .directory = directory,
                   .part = part,
                   .identity = identity,
                   .inputs = std::move(inputs),
                   .start = start,
                   .keep_journal = options->has("shard"),
                   .failure_limit = most_failures,
                   .interrupted = &Interruption::signal,
                   .evaluate = evaluate,
                   .quiet = options->flag("quiet"),
                   .limits = limits,
                   .trace = options->flag("trace") ? &trace : nullptr,
                   .log = options->log()};
  const int code = model.description.is_detector() ? run_detector_job(job) : run_segmenter_job(job);
  keep_choices(model);
  return code;
}

}  // namespace roiflow
