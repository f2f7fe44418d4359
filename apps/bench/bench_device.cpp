#include "apps/bench/bench_device.hpp"

#include <iostream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/bench/bench_accuracy.hpp"
#include "apps/bench/device_row.hpp"
#include "apps/bench/engine_speed.hpp"
#include "apps/process_info.hpp"
#include "apps/report/write_report.hpp"
#include "graph/batched_detection_graph.hpp"
#include "graph/batched_segmentation_graph.hpp"
#include "io/pending_file.hpp"

namespace roiflow {
namespace {

constexpr std::int64_t images_for_sample = 64;

std::int64_t masks_of(const DeviceDetections& result) {
  return std::ssize(result.masks);
}

std::int64_t masks_of(const LabelMap&) {
  return 0;
}

/// The engines by themselves, and what there is to say of one batch.
template <class Result>
void measure_engines(const BenchDeviceJob& job, const LoadedModel& model, Engines<Result> engines,
                     const auto& find_regions, DeviceRow& row) {
  const SampleBatch sample =
      sample_batch(*engines.front(), job.data, images_for_sample, find_regions, job.decode);
  const auto lanes = static_cast<std::int64_t>(engines.size()) * row.lanes;
  const auto batches = static_cast<int>((job.images + row.batch - 1) / row.batch + 2 * lanes);
  const EngineSpeed<Result> speed = engine_speed(engines, sample.images, batches);
  row.engines_only = speed.images_per_second;
  row.sample_size = sample.size;
  row.sample_images = sample.different;
  std::int64_t masks = 0;
  for (const auto& [place, image] : speed.results) masks += masks_of(image.value());
  const auto work = work_of(model.description, row.batch, sample.size, masks);
  const double batches_per_second = speed.images_per_second / row.batch;
  row.flops = flops_of(work) * batches_per_second;
  if (job.peaks) {
    row.floor_share = batches_per_second / static_cast<double>(engines.size()) *
                      floor_of(work, *job.peaks, element_bytes(model.device.gpu.precision));
  }
  row.stages = engines.front()->profile(sample.images);
}

void measure(const BenchDeviceJob& job, const LoadedModel& model, const BatchDetector& detector,
             const GraphLimits& limits, DeviceRow& row) {
  const EvaluationTypes evaluate = types_to_evaluate(job.data, detector.has_masks);
  const auto run_with = [&](const EvaluationTypes& types) {
    return median_row(job.repeat, [&] {
      return detect_once(
          BatchedDetectionRun{job.data, detector, {0, job.images}, types, limits, nullptr});
    });
  };
  measure_engines<DeviceDetections>(job, model, detector.engines, detector.find_regions, row);
  row.end_to_end = run_with({});
  row.with_metric = run_with(evaluate);
}

void measure(const BenchDeviceJob& job, const LoadedModel& model, const BatchSegmenter& segmenter,
             const GraphLimits& limits, DeviceRow& row) {
  const auto run_with = [&](const std::optional<SemanticClasses>& classes) {
    return median_row(job.repeat, [&] {
      return segment_once(
          BatchedSegmentationRun{job.data, segmenter, {0, job.images}, classes, limits, nullptr});
    });
  };
  measure_engines<LabelMap>(job, model, segmenter.engines, decltype(BatchDetector::find_regions)(),
                            row);
  row.end_to_end = run_with(std::nullopt);
  row.with_metric = run_with(classes_to_evaluate(job.data));
}

DeviceRow measure(const BenchDeviceJob& job, const LoadedModel& model, int batch, int lanes) {
  DeviceRow row{.batch = batch, .lanes = lanes};
  const GraphLimits limits{job.workers, model.default_in_flight(job.workers, job.data), job.decode};
  if (const auto* detector = std::get_if<BatchDetector>(&model.stages)) {
    measure(job, model, *detector, limits, row);
  } else {
    measure(job, model, std::get<BatchSegmenter>(model.stages), limits, row);
  }
  return row;
}

nlohmann::ordered_json header_json(const BenchDeviceJob& job, const LoadedModel& model) {
  nlohmann::ordered_json json = {{"model", model.description.name},
                                 {"data", job.data.path()},
                                 {"repeat", job.repeat},
                                 {"workers", job.workers},
                                 {"device", model.device.device()},
                                 {"gpus", model.gpus},
                                 {"precision", model.device.precision()},
                                 {"gpu_backend", gpu_backend_text()}};
  if (job.peaks) {
    json["peak_tflops"] = 1e-12 * job.peaks->flops;
    json["peak_gbs"] = 1e-9 * job.peaks->bytes;
  }
  return json;
}

}  // namespace

void bench_device(const BenchDeviceJob& job) {
  nlohmann::ordered_json json, rows = nlohmann::ordered_json::array();
  DeviceRow last;
  for (const auto& [batch, lanes] : job.rows) {
    const LoadedModel model = job.load(batch, lanes);
    if (json.empty()) {
      json = header_json(job, model);
      std::cout << fmt::format("{} ({}), {}, {} workers, {} images\n", model.device.device(),
                               fmt::join(model.gpus, ", "), model.device.precision(), job.workers,
                               job.images);
    }
    last = measure(job, model, batch, lanes);
    keep_choices(model);
    if (rows.empty()) std::cout << device_headings(last);
    std::cout << device_row_text(last) << std::flush;
    rows.push_back(device_row_json(last));
  }
  std::cout << device_details(last);
  if (!job.json) return;
  json["peak_memory_bytes"] = peak_memory_bytes();
  json["rows"] = rows;
  write_file(*job.json, json.dump(2) + "\n");
}

}  // namespace roiflow
