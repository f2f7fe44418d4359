/// The benchmark of a model on devices: a row for every batch size and number of lanes.
///
///   GPU only      the engines by themselves, fed with one decoded batch again and again
///   end-to-end    read, decode, compute, finish, in order; nothing compared, nothing written
///   with metric   the same and compared with the annotations on the way
///   GPU idle      share of the latter's wall time in which no lane of any GPU had work
///   TFLOP/s       of GPU only: the networks' operations, all proposals counted that the model
///                 allows, masks as many as there were detections
///   of floor      how much of the time of GPU only the device needs at least (bench/roofline.hpp)
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/bench/roofline.hpp"
#include "apps/load_model.hpp"
#include "io/dataset/dataset.hpp"
#include "stages/decode/decode_limits.hpp"

namespace roiflow {

struct BenchDeviceJob {
  const DatasetReader& data;
  std::int64_t images = 0;  ///< the first so many
  int workers = 1;
  int repeat = 3;                                         ///< runs of a row
  std::vector<std::pair<int, int>> rows;                  ///< batch, lanes
  std::function<LoadedModel(int batch, int lanes)> load;  ///< with engines
  std::optional<DevicePeaks> peaks;                       ///< for the floor
  std::optional<std::string> json;                        ///< a file for the figures
  DecodeLimits decode{};
};

/// Runs everything and prints; of the last row also its nodes and, where the engine can tell, the
/// time of every stage of a batch.
void bench_device(const BenchDeviceJob& job);

}  // namespace roiflow
