#include <algorithm>
#include <atomic>
#include <iostream>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/bench_evaluation.hpp"
#include "apps/bench_proposals.hpp"
#include "apps/commands.hpp"
#include "apps/evaluation/evaluation_options.hpp"
#include "apps/load_detector.hpp"
#include "apps/options.hpp"
#include "apps/process_info.hpp"
#include "apps/progress.hpp"
#include "apps/report/write_report.hpp"
#include "graph/detection_graph.hpp"
#include "io/pending_file.hpp"
#include "stages/decode/decode_annotated.hpp"
#include "stages/evaluate/accumulate.hpp"
#include "stages/evaluate/summary.hpp"
#include "stages/model/detector.hpp"

namespace roiflow {
namespace {

using Json = nlohmann::ordered_json;

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
      "rows of the sweep; default: 1 and the number of cores")(
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
      "json", po::value<std::string>()->value_name("FILE"), "write the figures to a file as well");
  add_model_options(options);
  return options;
}

/// Counts the regions that went through the heads, so that their arithmetic can be stated.
struct RegionCounts {
  std::atomic<std::int64_t> proposals = 0;
  std::atomic<std::int64_t> detections = 0;
};

DetectorStages counting(DetectorStages stages, RegionCounts& counts) {
  stages.propose = [inner = stages.propose, &counts](const TrunkResult& in) {
    Proposed out = inner(in);
    counts.proposals += std::ssize(out.boxes);
    return out;
  };
  stages.detect = [inner = stages.detect, &counts](const Classified& in) {
    Detected out = inner(in);
    counts.detections += std::ssize(out.boxes);
    return out;
  };
  return stages;
}

struct Row {
  RunReport run;  ///< the one of median speed
  double fastest = 0, slowest = 0;
  std::vector<std::pair<std::string, double>> accuracy;  ///< "bbox AP", ...
};

/// Runs once and sums up the accuracy.
Row measure_once(const DetectionRun& run) {
  std::vector<std::pair<IouType, Accumulator>> sums;
  const EvaluationParams params = coco_params(run.data.categories());
  if (run.evaluate.bbox) sums.emplace_back(IouType::bbox, params);
  if (run.evaluate.segm) sums.emplace_back(IouType::segm, params);
  Row row;
  row.run = run_detection(run, [&](const Token<Evaluated>& token) {
    if (!token.ok()) return;
    for (auto& [type, sum] : sums) {
      sum.append(token.source().record.id,
                 type == IouType::bbox ? *token.value().bbox : *token.value().segm);
    }
  });
  for (const auto& [type, sum] : sums) {
    row.accuracy.emplace_back(fmt::format("{} AP", name(type)),
                              summarise(sum.params(), sum.accumulate(), type).front().value);
  }
  return row;
}

Row measure(const DetectionRun& run, int repeat) {
  std::vector<Row> rows;
  rows.reserve(static_cast<std::size_t>(repeat));
  for (int i = 0; i < repeat; ++i) rows.push_back(measure_once(run));
  const auto speed = [](const Row& row) { return row.run.images_per_second(); };
  std::ranges::sort(rows, {}, speed);
  Row median = rows[rows.size() / 2];
  median.slowest = speed(rows.front());
  median.fastest = speed(rows.back());
  return median;
}

/// Floating-point operations of the network for an average image of the measured runs.
double flops_per_image(const DetectorGraphs& graphs, const NetworkInput& input, double proposals,
                       double detections) {
  const auto total = [](const ModelGraph& graph, const Shape<4>& shape) {
    double sum = 0;
    for (const LayerCost& layer : layer_costs(graph, std::span(&shape, 1))) sum += layer.flops;
    return sum;
  };
  double flops = total(graphs.trunk, input.pixels.shape());
  const auto one_region = [&](const ModelGraph& head) {
    Shape<4> shape = head.inputs.front().shape;
    shape[0] = 1;
    return total(head, shape);
  };
  flops += proposals * one_region(graphs.box_head);
  if (graphs.mask_head) flops += detections * one_region(*graphs.mask_head);
  return flops;
}

/// Seconds of the trunk's steps that are not convolutions, as a share of all its steps.
double other_share(std::span<const StepTime> steps) {
  double other = 0, all = 0;
  for (const StepTime& step : steps) {
    all += step.seconds;
    if (step.flops == 0) other += step.seconds;
  }
  return all > 0 ? other / all : 0;
}

constexpr std::int64_t images_for_proposals = 8;

std::string proposals_text(const ProposalTimes& times) {
  const double rpn = times.rpn_head + times.rpn_boxes;
  return fmt::format(
      "proposals of an image on one core (median of {}): RPN {:.2f} ms (head {:.2f}, boxes "
      "{:.2f}), "
      "Selective Search {:.0f} ms: {:.0f} times\n",
      times.images, 1e3 * rpn, 1e3 * times.rpn_head, 1e3 * times.rpn_boxes,
      1e3 * times.selective_search, rpn > 0 ? times.selective_search / rpn : 0);
}

Json proposals_json(const ProposalTimes& times) {
  return {{"images", times.images},
          {"rpn_head_seconds", times.rpn_head},
          {"rpn_boxes_seconds", times.rpn_boxes},
          {"selective_search_seconds", times.selective_search}};
}

std::string row_text(const Row& row, double flops) {
  std::string text = fmt::format("{:>7}{:>11}{:>10.3f}{:>10.3f}{:>10.3f}{:>11.1f}", row.run.workers,
                                 row.run.in_flight, row.run.images_per_second(), row.slowest,
                                 row.fastest, 1e-9 * flops * row.run.images_per_second());
  for (const auto& [label, value] : row.accuracy) text += fmt::format("{:>10.4f}", value);
  return text + '\n';
}

Json row_json(const Row& row, double flops) {
  Json json = {{"workers", row.run.workers},
               {"in_flight", row.run.in_flight},
               {"images", row.run.retired},
               {"failed", row.run.failed},
               {"images_per_second", row.run.images_per_second()},
               {"slowest", row.slowest},
               {"fastest", row.fastest},
               {"gflop_per_second", 1e-9 * flops * row.run.images_per_second()}};
  for (const auto& [label, value] : row.accuracy) json["accuracy"][label] = value;
  for (const NodeReport& node : row.run.nodes) {
    json["busy_ms_per_image"][node.name] =
        1e3 * node.busy_s / static_cast<double>(std::max<std::int64_t>(1, node.calls));
  }
  return json;
}

std::vector<int> worker_counts(const ParsedOptions& options) {
  if (options.has("workers")) return options.get<std::vector<int>>("workers");
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  return cores > 1 ? std::vector{1, cores} : std::vector{1};
}

std::string headings(const Row& row) {
  std::string text = fmt::format("{:>7}{:>11}{:>10}{:>10}{:>10}{:>11}", "workers", "in flight",
                                 "images/s", "slowest", "fastest", "GFLOP/s");
  for (const auto& [label, value] : row.accuracy) text += fmt::format("{:>10}", label);
  return text + '\n';
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

}  // namespace

int bench_command(const std::vector<std::string>& arguments) {
  const auto options = bench_options().parse(arguments);
  if (!options) return 0;
  const int repeat = options->get<int>("repeat");
  require(repeat >= 1, ErrorCode::usage, "--repeat must be at least 1, found {}", repeat);
  if (options->given("gt") || options->given("dt")) {
    bench_evaluation(evaluation_of(*options));
    return 0;
  }
  const DatasetReader data(options->get<std::string>("data"));
  const auto limit = options->get<std::int64_t>("limit");
  const std::int64_t images = limit > 0 ? std::min(limit, data.size()) : data.size();
  require(images > 0, ErrorCode::bad_data, "{}: the data set has no images", data.path());
  const LoadedDetector detector = load_detector(options->get<std::string>("model"), *options, data);
  const ModelDescription& description = detector.description;
  RegionCounts counts;
  const DetectorStages stages = counting(detector.stages, counts);
  const EvaluationTypes evaluate = types_to_evaluate(data, stages.has_masks());

  const Sample sample = data.read(0);
  const Image image = decode_annotated(sample.encoded, sample.record.width, sample.record.height);
  const NetworkInput input = stages.preprocess(image);
  (void)stages.profile_trunk(input);  // warm: plans, pages, caches
  const std::vector<StepTime> steps = stages.profile_trunk(input);

  std::vector<Row> rows;
  Json figures = Json::array();
  for (const int workers : worker_counts(*options)) {
    require(workers >= 1, ErrorCode::usage, "--workers must be at least 1, found {}", workers);
    rows.push_back(
        measure({data, stages, images, evaluate, {workers, workers + 2}, nullptr}, repeat));
    const Row& row = rows.back();
    const double runs = static_cast<double>(images) * repeat * static_cast<double>(rows.size());
    const double flops = flops_per_image(build_detector(description), input,
                                         static_cast<double>(counts.proposals) / runs,
                                         static_cast<double>(counts.detections) / runs);
    if (rows.size() == 1) std::cout << headings(row);
    std::cout << row_text(row, flops) << std::flush;
    figures.push_back(row_json(row, flops));
  }
  std::cout << node_table(rows.back().run)
            << fmt::format("not convolutions: {:.1f} % of the backbone node's time\n",
                           100 * other_share(steps));
  Json proposals;
  if (!stages.needs_proposals()) {
    const ProposalTimes times = measure_proposals(data, stages, images_for_proposals);
    std::cout << proposals_text(times);
    proposals = proposals_json(times);
  }
  if (options->has("json")) {
    write_file(options->get<std::string>("json"), Json{{"model", description.name},
                                                       {"data", data.path()},
                                                       {"repeat", repeat},
                                                       {"trunk_other_share", other_share(steps)},
                                                       {"proposals", proposals},
                                                       {"peak_memory_bytes", peak_memory_bytes()},
                                                       {"rows", figures}}
                                                          .dump(2) +
                                                      "\n");
  }
  return 0;
}

}  // namespace roiflow
