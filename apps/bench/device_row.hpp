/// A row of a benchmark on devices, as text and JSON. See bench_device.hpp for the columns.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "apps/bench/bench_rows.hpp"
#include "stages/core/tensor.hpp"
#include "stages/gpu/batch_engine.hpp"

namespace roiflow {

struct DeviceRow {
  int batch = 0, lanes = 0;
  double engines_only = 0;            ///< images a second
  Shape<2> sample_size{};             ///< of the network input of these images
  std::size_t sample_images = 0;      ///< different ones in their batch
  double flops = 0;                   ///< a second, of engines_only
  std::optional<double> floor_share;  ///< of engines_only
  BenchRow end_to_end, with_metric;
  std::vector<StageTime> stages;  ///< of one batch; may be empty

  /// Share of the run with the metric in which no lane had work.
  [[nodiscard]] double idle_share() const;
};

std::string device_headings(const DeviceRow& row);
std::string device_row_text(const DeviceRow& row);
nlohmann::ordered_json device_row_json(const DeviceRow& row);

/// What the batch of engines_only was, the nodes of the run with the metric, and the stages.
std::string device_details(const DeviceRow& row);

}  // namespace roiflow
