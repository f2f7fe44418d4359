/// Engines that compute on the CPU, image by image, with the stages of the ordinary graph: what
/// stands around engines is tested with real models and without a device. Their results are those
/// of the ordinary graph, bit for bit.
#pragma once

#include <atomic>
#include <functional>

#include "io/model_file.hpp"
#include "stages/gpu/gpu.hpp"

namespace roiflow::test {

struct CpuEngineOptions {
  int engines = 1, batch = 4, lanes = 2;
  /// Called with 0, 1, 2, ... before a batch of any engine is finished; may throw.
  std::function<void(int)> on_finish = [](int) {};
  /// Called with the size of every batch.
  std::function<void(std::size_t)> on_batch = [](std::size_t) {};
};

BatchDetector detector_on_cpu(const ModelFile& model, const CpuEngineOptions& options);
BatchSegmenter segmenter_on_cpu(const ModelFile& model, const CpuEngineOptions& options);

}  // namespace roiflow::test
