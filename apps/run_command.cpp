#include <algorithm>
#include <iostream>
#include <sstream>
#include <thread>

#include <fmt/format.h>

#include "apps/commands.hpp"
#include "apps/load_detector.hpp"
#include "apps/options.hpp"
#include "apps/overlays.hpp"
#include "apps/process_info.hpp"
#include "apps/progress.hpp"
#include "apps/report/write_report.hpp"
#include "apps/run_output.hpp"
#include "graph/detection_graph.hpp"
#include "io/predictions/predictions_file.hpp"

namespace roiflow {
namespace {

constexpr int exit_with_failures = 3;

Options run_options() {
  Options options(
      "run",
      "Runs a detector over a data set, evaluates it on the way, and writes predictions "
      "and a report.",
      "roiflow run shapes.h5 --model configs/tiny_mask_rcnn.h5 --out out/run");
  options.positional("data", 1, "the data set, as `pack` or `synth` makes it");
  options.add()("model", po::value<std::string>()->value_name("FILE.h5"),
                "the model, as `import` makes it (required)")(
      "out", po::value<std::string>()->value_name("DIR"),
      "where the results go (required); made if need be")(
      "device", po::value<std::string>()->value_name("NAME")->default_value("cpu"),
      "where the network runs; this build knows: cpu")(
      "precision", po::value<std::string>()->value_name("TYPE")->default_value("f32"),
      "of the network's arithmetic; this build knows: f32")(
      "workers", po::value<int>()->value_name("N")->default_value(0),
      "threads, one image each; 0: as many as the machine has cores")(
      "in-flight", po::value<int>()->value_name("N")->default_value(0),
      "most images under way at once; 0: workers + 2. More costs memory and seldom helps")(
      "limit", po::value<std::int64_t>()->value_name("N")->default_value(0),
      "only the first N images; 0: all")("trace", po::bool_switch(),
                                         "write trace.json for a Chrome-trace viewer")(
      "no-eval", po::bool_switch(), "do not compare with the data set's annotations");
  add_model_options(options);
  return options;
}

GraphLimits limits_of(const ParsedOptions& options) {
  const int workers = options.get<int>("workers"), in_flight = options.get<int>("in-flight");
  require(workers >= 0 && workers <= 1024, ErrorCode::usage,
          "--workers must be 0 .. 1024, found {}", workers);
  require(in_flight >= 0 && in_flight <= 65536, ErrorCode::usage,
          "--in-flight must be 0 .. 65536, found {}", in_flight);
  GraphLimits limits;
  limits.workers =
      workers > 0 ? workers : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  limits.in_flight = in_flight > 0 ? in_flight : limits.workers + 2;
  return limits;
}

void check_device(const ParsedOptions& options) {
  const auto& device = options.get<std::string>("device");
  require(device == "cpu", ErrorCode::device,
          "--device {}: this build has no such backend; it knows: cpu", device);
  const auto& precision = options.get<std::string>("precision");
  require(precision == "f32", ErrorCode::usage,
          "--precision {}: not available on cpu; it knows: f32", precision);
}

std::int64_t image_count(const ParsedOptions& options, const DatasetReader& data) {
  const auto limit = options.get<std::int64_t>("limit");
  require(limit >= 0, ErrorCode::usage, "--limit must not be negative, found {}", limit);
  const std::int64_t images = limit > 0 ? std::min(limit, data.size()) : data.size();
  require(images > 0, ErrorCode::bad_data, "{}: the data set has no images", data.path());
  return images;
}

/// The images with most errors of the last type evaluated: masks, if there are any.
void draw_worst_images(Report& report, const DatasetReader& data,
                       const std::filesystem::path& predictions_path) {
  if (report.types.empty()) return;
  const PredictionsReader predictions(predictions_path);
  const std::vector<std::int64_t>& ids = predictions.image_ids();  // row by row as the data set
  OverlaySource source{.data = data, .rows = {}, .detections = {}};
  for (std::size_t row = 0; row < ids.size(); ++row) {
    source.rows.emplace(ids[row], static_cast<std::int64_t>(row));
  }
  const IouType type = predictions.has_masks() ? IouType::segm : IouType::bbox;
  source.detections = [&](const ImageRecord& record) {
    return std::optional(predictions.read(record.index, type).detections);
  };
  add_overlays(report, source);
}

void write_reports(const std::filesystem::path& directory, const Report& report,
                   const Trace* trace) {
  write_file(directory / "report.json", report_json(report));
  write_file(directory / "report.html", report_html(report));
  if (trace) {
    std::ostringstream text;
    trace->write(text);
    write_file(directory / "trace.json", text.str());
  }
}

/// Tells what the run is about to do, before the first image.
void log_start(const Log& log, const DatasetReader& data, const LoadedDetector& detector,
               const GraphLimits& limits, const EvaluationTypes& evaluate) {
  log.info("{}: {} images, {} annotations in {} categories", data.path(), data.size(),
           data.annotation_count(), data.categories().size());
  log.info("model {}: {}", detector.description.name,
           detector.stages.has_masks() ? "boxes and masks" : "boxes");
  log.info("{} workers, at most {} images in flight; evaluated: {}", limits.workers,
           limits.in_flight,
           evaluate.segm   ? "bbox, segm"
           : evaluate.bbox ? "bbox"
                           : "nothing (no annotations, or --no-eval)");
}

void log_image(const Log& log, const Token<Evaluated>& token) {
  const ImageRecord& image = token.source().record;
  if (token.ok()) {
    log.debug("image {} ({}): {} detections", image.id, image.file_name,
              token.value().detections.size());
  } else {
    log.info("image {} ({}) failed in {}: {}", image.id, image.file_name, token.failure().stage,
             token.failure().message);
  }
}

}  // namespace

int run_command(const std::vector<std::string>& arguments) {
  const auto options = run_options().parse(arguments);
  if (!options) return 0;
  check_device(*options);
  const std::filesystem::path directory = options->get<std::string>("out");
  const auto& model_path = options->get<std::string>("model");
  const GraphLimits limits = limits_of(*options);

  const DatasetReader data(options->get<std::string>("data"));
  const std::int64_t images = image_count(*options, data);
  const LoadedDetector detector = load_detector(model_path, *options, data);
  const DetectorStages& stages = detector.stages;
  const EvaluationTypes evaluate =
      options->flag("no-eval") ? EvaluationTypes{} : types_to_evaluate(data, stages.has_masks());
  RunOutput output({directory, stages.has_masks(), evaluate}, data);
  const Log log = options->log();
  log_start(log, data, detector, limits, evaluate);

  Report report{.made = {.command = command_line("run", arguments),
                         .data_path = data.path(),
                         .model_path = model_path,
                         .model_name = detector.description.name,
                         .device = "cpu",
                         .precision = "f32",
                         .versions = library_versions()}};
  Trace trace;
  Progress progress("run", images, Progress::style_for_stderr(options->flag("quiet")));
  const RunReport run = run_detection(
      {data, stages, images, evaluate, limits, options->flag("trace") ? &trace : nullptr},
      [&](const Token<Evaluated>& token) {
        output.consume(token);
        log_image(log, token);
        progress.update(token.sequence() + 1, output.failures());
      });
  progress.end_line();
  output.publish_errors();
  require(run.failed < images, ErrorCode::bad_data,
          "{}: every one of the {} images failed, see {}; the first: {}", data.path(), images,
          (directory / "errors.jsonl").string(), output.first_failure());
  output.publish();
  log.info("{}: predictions and results are complete", directory.string());
  report.images = {run.read, run.retired - run.failed, run.failed};
  report.graph = run;
  output.summarise(report);
  draw_worst_images(report, data, directory / "predictions.h5");
  report.peak_memory_bytes = peak_memory_bytes();
  write_reports(directory, report, options->flag("trace") ? &trace : nullptr);
  std::cout << report_text(report) << "report   " << (directory / "report.html").string() << '\n';
  return run.failed > 0 ? exit_with_failures : 0;
}

}  // namespace roiflow
