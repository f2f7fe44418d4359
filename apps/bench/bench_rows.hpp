/// What the benchmarks of detectors and segmenters have in common: whole runs, for several numbers
/// of workers, a row each.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "apps/load_model.hpp"
#include "graph/pipeline.hpp"
#include "io/dataset/dataset.hpp"
#include "stages/execute/executor.hpp"
#include "stages/model/model_graph.hpp"

namespace roiflow {

struct BenchJob {
  const DatasetReader& data;
  const LoadedModel& model;
  std::int64_t images = 0;  ///< the first so many
  std::vector<int> workers;
  int repeat = 3;                   ///< runs of a row
  std::optional<std::string> json;  ///< a file for the figures
  DecodeLimits decode{};
};

/// Both run everything and print.
void bench_detector(const BenchJob& job);
void bench_segmenter(const BenchJob& job);

struct BenchRow {
  RunReport run;  ///< the one of median speed
  double fastest = 0, slowest = 0;
  std::vector<std::pair<std::string, double>> accuracy;  ///< "bbox AP", "mean IU", ...
};

/// The one of median speed of so many runs, with the speeds of the fastest and the slowest.
BenchRow median_row(int repeat, const std::function<BenchRow()>& run_once);

/// Makes and prints the rows of a job. `run_once` runs with these limits; `flops_per_image` is
/// asked after each row. Prints the nodes of the last row too; gives the rows as JSON.
nlohmann::ordered_json bench_rows(const BenchJob& job,
                                  const std::function<BenchRow(const GraphLimits&)>& run_once,
                                  const std::function<double()>& flops_per_image);

/// Writes the file of figures, if it is wanted: what all have, and what `more` says.
void write_bench(const BenchJob& job, const nlohmann::ordered_json& rows,
                 const nlohmann::ordered_json& more);

/// Of the data set.
Image first_image(const BenchJob& job);

/// Floating-point operations of a network for one input.
double flops_of(const ModelGraph& graph, const Shape<4>& input);

/// Seconds of the steps that are not convolutions, as a share of all steps.
double other_share(std::span<const StepTime> steps);

}  // namespace roiflow
