#include <algorithm>
#include <thread>

#include "apps/bench/bench_device.hpp"
#include "apps/bench/bench_evaluation.hpp"
#include "apps/bench/bench_rows.hpp"
#include "apps/commands.hpp"
#include "apps/decode_options.hpp"
#include "apps/evaluation/evaluation_options.hpp"
#include "apps/load_model.hpp"
#include "apps/options.hpp"

namespace roiflow {
namespace {

Options bench_options() {
  Options options(
      "bench",
      "Measures throughput: whole runs for several numbers of workers, time by node, the share of "
      "the network's arithmetic, and the accuracy beside each row. With --gt and --dt: the "
      "evaluation of stored detections instead, from files to numbers.",
      "roiflow bench shapes.h5 --model configs/tiny_mask_rcnn.h5 --repeat 3");
  options.positional("data", 1, "the data set, as `pack` or `synth` makes it");
  options.add()("model", po::value<std::string>()->value_name("FILE.h5"),
                "the model, as `import` makes it (required)")(
      "workers", po::value<std::vector<int>>()->multitoken()->value_name("N..."),
      "rows of the sweep; default: 1 and the number of cores. cuda: one number; default: all "
      "cores. There the rows are --batch and --lanes")(
      "repeat", po::value<int>()->value_name("N")->default_value(3),
      "runs of each row; the median is shown, with minimum and maximum")(
      "limit", po::value<std::int64_t>()->value_name("N")->default_value(0),
      "only the first N images; 0: all")("gt", po::value<std::string>()->value_name("FILE"),
                                         "time an evaluation: the ground truth")(
      "dt", po::value<std::string>()->value_name("FILE"), "time an evaluation: the detections")(
      "iou-type", po::value<std::string>()->value_name("TYPE"),
      "of the evaluation: bbox, segm or keypoints; default: the first that the detections hold")(
      "threads", po::value<int>()->value_name("N")->default_value(1),
      "of the evaluation's matching; 0: all cores")(
      "peak-tflops", po::value<double>()->value_name("T"),
      "cuda: what the GPU reaches in this precision, as measured; with --peak-gbs the share of the "
      "floor is shown")("peak-gbs", po::value<double>()->value_name("G"),
                        "cuda: gigabytes a second that its memory reaches, as measured")(
      "json", po::value<std::string>()->value_name("FILE"), "write the figures to a file as well");
  add_device_options(options, true);
  add_model_options(options);
  add_decode_options(options);
  return options;
}

std::vector<int> worker_counts(const ParsedOptions& options) {
  if (options.has("workers")) return options.get<std::vector<int>>("workers");
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  return cores > 1 ? std::vector{1, cores} : std::vector{1};
}

BenchEvaluation evaluation_of(const ParsedOptions& options) {
  BenchEvaluation bench;
  bench.files = {options.get<std::string>("gt"), options.get<std::string>("dt")};
  bench.type = options.given("iou-type") ? parse_iou_type(options.get<std::string>("iou-type"))
                                         : types_of_detections(bench.files.detections).front();
  bench.repeat = options.get<int>("repeat");
  bench.threads = options.get<int>("threads");
  if (options.given("json")) bench.json = options.get<std::string>("json");
  return bench;
}

std::optional<DevicePeaks> peaks_of(const ParsedOptions& options) {
  const bool flops = options.given("peak-tflops"), bytes = options.given("peak-gbs");
  require(flops == bytes, ErrorCode::usage, "--peak-tflops and --peak-gbs are given together");
  if (!flops) return std::nullopt;
  const DevicePeaks peaks{1e12 * options.get<double>("peak-tflops"),
                          1e9 * options.get<double>("peak-gbs")};
  require(peaks.flops > 0 && peaks.bytes > 0, ErrorCode::usage,
          "--peak-tflops and --peak-gbs must be positive");
  return peaks;
}

std::vector<int> list_of(const ParsedOptions& options, const std::string& name, int otherwise) {
  return options.has(name) ? numbers_of(options, name) : std::vector{otherwise};
}

void bench_on_device(const ParsedOptions& options, const DatasetReader& data, std::int64_t images,
                     const DeviceChoice& device) {
  const std::vector<int> workers = options.has("workers")
                                       ? options.get<std::vector<int>>("workers")
                                       : std::vector{worker_counts(options).back()};
  require(workers.size() == 1 && workers.front() >= 1, ErrorCode::usage,
          "--workers must be one number of at least 1 with --device {}", device.device());
  BenchDeviceJob job{.data = data,
                     .images = images,
                     .workers = workers.front(),
                     .repeat = options.get<int>("repeat"),
                     .rows = {},
                     .load =
                         [&](int batch, int lanes) {
                           DeviceChoice choice = device;
                           choice.gpu.batch = batch;
                           choice.gpu.lanes = lanes;
                           return load_model(options.get<std::string>("model"), options, data, {},
                                             choice);
                         },
                     .peaks = peaks_of(options),
                     .json = std::nullopt,
                     .decode = decode_limits(options)};
  for (const int batch : list_of(options, "batch", device.gpu.batch)) {
    for (const int lanes : list_of(options, "lanes", device.gpu.lanes)) {
      job.rows.emplace_back(batch, lanes);
    }
  }
  if (options.has("json")) job.json = options.get<std::string>("json");
  bench_device(job);
}

}  // namespace

int bench_command(const std::vector<std::string>& arguments) {
  const auto options = bench_options().parse(arguments);
  if (!options) return 0;
  const int repeat = options->get<int>("repeat");
  require(repeat >= 1, ErrorCode::usage, "--repeat must be at least 1, found {}", repeat);
  if (options->given("gt") || options->given("dt")) {
    for (const char* other :
         {"model", "proposals", "workers", "limit", "device", "precision", "batch", "lanes",
          "plans", "tune", "cuda-graphs", "peak-tflops", "peak-gbs"}) {
      require(!options->given(other), ErrorCode::usage,
              "--{} has no effect on the time of an evaluation (--gt, --dt) and cannot be given",
              other);
    }
    bench_evaluation(evaluation_of(*options));
    return 0;
  }
  const DeviceChoice device = device_choice(*options);
  for (const char* other : {"peak-tflops", "peak-gbs"}) {
    require(device.cuda || !options->given(other), ErrorCode::usage,
            "--{} has no effect on --device cpu and cannot be given", other);
  }
  const DatasetReader data(options->get<std::string>("data"));
  const auto limit = options->get<std::int64_t>("limit");
  const std::int64_t images = limit > 0 ? std::min(limit, data.size()) : data.size();
  require(images > 0, ErrorCode::bad_data, "{}: the data set has no images", data.path());
  if (device.cuda) {
    bench_on_device(*options, data, images, device);
    return 0;
  }
  const LoadedModel model = load_model(options->get<std::string>("model"), *options, data);
  BenchJob job{.data = data,
               .model = model,
               .images = images,
               .workers = worker_counts(*options),
               .repeat = repeat,
               .json = std::nullopt,
               .decode = decode_limits(*options)};
  if (options->has("json")) job.json = options->get<std::string>("json");
  model.description.is_detector() ? bench_detector(job) : bench_segmenter(job);
  return 0;
}

}  // namespace roiflow
