#include <algorithm>
#include <filesystem>
#include <thread>

#include "apps/commands.hpp"
#include "apps/load_model.hpp"
#include "apps/options.hpp"
#include "apps/process_info.hpp"
#include "apps/run/run_job.hpp"
#include "graph/trace.hpp"

namespace roiflow {
namespace {

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
  add_device_options(options);
  add_model_options(options);
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
  return limits;
}

std::int64_t image_count(const ParsedOptions& options, const DatasetReader& data) {
  const auto limit = options.get<std::int64_t>("limit");
  require(limit >= 0, ErrorCode::usage, "--limit must not be negative, found {}", limit);
  const std::int64_t images = limit > 0 ? std::min(limit, data.size()) : data.size();
  require(images > 0, ErrorCode::bad_data, "{}: the data set has no images", data.path());
  return images;
}

}  // namespace

int run_command(const std::vector<std::string>& arguments) {
  const auto options = run_options().parse(arguments);
  if (!options) return 0;
  const DeviceChoice device = device_choice(*options);
  const std::filesystem::path directory = options->get<std::string>("out");
  const auto& model_path = options->get<std::string>("model");
  GraphLimits limits = limits_of(*options);
  const DatasetReader data(options->get<std::string>("data"));
  const std::int64_t images = image_count(*options, data);
  const LoadedModel model = load_model(model_path, *options, data, {}, device);
  if (limits.in_flight == 0) limits.in_flight = model.default_in_flight(limits.workers, data);
  Trace trace;
  const RunJob job{.data = data,
                   .model = model,
                   .command = command_line("run", arguments),
                   .model_path = model_path,
                   .directory = directory,
                   .images = images,
                   .evaluate = !options->flag("no-eval"),
                   .quiet = options->flag("quiet"),
                   .limits = limits,
                   .trace = options->flag("trace") ? &trace : nullptr,
                   .log = options->log()};
  const int code = model.description.is_detector() ? run_detector_job(job) : run_segmenter_job(job);
  keep_choices(model);
  return code;
}

}  // namespace roiflow
